"""A small data set with one fault of each kind, and none where there is none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from happysad.pipeline.audit.audit import audit_data
from happysad.pipeline.audit.finding_types import COLUMNS, KINDS
from happysad.utils.errors import UserError


@pytest.fixture(scope="module")
def faulty(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 40 built-in faces, with faults."""
    root = tmp_path_factory.mktemp("audit") / "faulty"
    shutil.copytree(demo_data, root)
    happy, sad = (sorted((root / "train" / label).iterdir()) for label in ("happy", "sad"))
    shutil.copy(happy[0], happy[0].with_name("copy.png"))
    shutil.copy(sad[0], root / "test" / "sad" / "leaked.png")
    face = Image.open(happy[1])
    face.crop((2, 3, face.width - 1, face.height - 2)).save(root / "test" / "happy" / "again.jpg")
    face.save(root / "train" / "sad" / "both.bmp")
    (root / "train" / "sad" / "cut.png").write_bytes(sad[1].read_bytes()[:500])
    (root / "train" / "sad" / "empty.png").touch()
    Image.new("L", (64, 64), 30).save(root / "val" / "sad" / "blank.png")
    shutil.copytree(root / "val" / "sad", root / "val" / "fear")
    (root / "train" / "neutral").mkdir()
    face.save(root / "train" / "neutral" / "third.png")
    shutil.copy(sorted((root / "val" / "happy").iterdir())[0], root / "train" / "neutral")
    return root


def test_every_fault_is_found(faulty: Path) -> None:
    found = audit_data(faulty)
    kinds = found.kinds()
    assert list(found.findings.columns) == COLUMNS
    assert list(kinds) == [kind for kind in KINDS if kind in kinds]
    names = {kind: {Path(name).name for name in rows["image"]} for kind, rows in kinds.items()}
    assert names["unreadable"] == {"cut.png", "empty.png"}
    hidden = min((faulty / "val" / "happy").iterdir()).name
    assert names["leak"] == {"again.jpg", "leaked.png", hidden}
    rows = kinds["leak"].groupby("image")["other_label"].agg(set)
    assert rows["test/happy/again.jpg"] == {"happy", "sad", "neutral"}
    assert rows[f"val/happy/{hidden}"] == {"neutral"}
    assert {"again.jpg", "both.bmp"} <= names["two labels"] | names["leak"]
    assert "both.bmp" in {*names["two labels"], *(Path(n).name for n in kinds["two labels"].other)}
    assert names["blank"] == {"blank.png"}
    assert len(names["exact copy"]) == 1
    assert "fear" in kinds["left out"].iloc[0]["detail"]
    assert kinds["balance"].iloc[0]["detail"].startswith("all: ")
    assert len(kinds["coverage"]) == 4
    assert found.summary("leak") == (
        "3 images with one in train: 2 of test, 1 of val; 1 only under another label (neutral 1)"
    )
    assert found.summary("unreadable") == "2 images"
    assert found.n_images == 47


@pytest.mark.slow
def test_the_built_in_faces_have_no_such_faults(demo_data: Path) -> None:
    kinds = set(audit_data(demo_data).kinds())
    serious = {"leak", "person", "two labels", "exact copy", "near-duplicate"}
    assert not kinds & {*serious, "unreadable", "blank", "imbalance"}


def test_people_on_both_sides_of_a_table(folder: Path) -> None:
    files = enumerate(sorted(folder.rglob("*.png")))
    lines = [
        f"{f.relative_to(folder)},{f.parent.name},{('train', 'test')[n % 2]},p{n // 2}"
        for n, f in files
    ]
    (folder / "people.csv").write_text("\n".join(["path,label,split,person", *lines]))
    kinds = audit_data(folder / "people.csv").kinds()
    assert len(kinds["person"]) == 20
    assert kinds["person"].iloc[0]["detail"] == "p0: train 1, test 1"


def test_one_class_alone_can_be_audited(folder: Path) -> None:
    shutil.rmtree(folder / "sad")
    kinds = audit_data(folder).kinds()
    assert kinds["file facts"].iloc[0]["detail"].startswith("too few")


def test_files_that_cannot_be_read_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "happy").mkdir()
    (tmp_path / "happy" / "empty.png").touch()
    kinds = audit_data(tmp_path).kinds()
    assert kinds["unreadable"]["image"].tolist() == ["happy/empty.png"]
    assert kinds["one class"].iloc[0]["detail"] == "all: 0 happy, 0 sad"


def test_nothing_to_audit(tmp_path: Path) -> None:
    (tmp_path / "happy").mkdir()
    with pytest.raises(UserError, match="nothing to audit"):
        audit_data(tmp_path)
    with pytest.raises(UserError, match="does not exist"):
        audit_data(tmp_path / "no")
