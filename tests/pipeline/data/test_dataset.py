from __future__ import annotations

import shutil
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from happysad.pipeline.data.class_folders import read_source
from happysad.pipeline.data.dataset import load_data, part
from happysad.utils.errors import UserError

COLUMNS = ["path", "label", "split", "group", "source", "sha256", "near_duplicate_of"]


def test_the_frame(folder: Path) -> None:
    data = load_data(folder)
    assert list(data.frame.columns) == COLUMNS
    assert (len(data.frame), data.name) == (40, "faces")
    assert data.frame["path"].is_monotonic_increasing
    assert all(Path(path).is_absolute() for path in data.frame["path"])
    assert all(Path(row.path).parent.name == row.label for row in data.frame.itertuples())
    assert set(data.frame["source"]) == {"faces"}
    assert data.frame["group"].is_unique
    counts = data.frame.groupby(["split", "label"]).size()
    assert counts.to_dict() == {
        **{("train", "happy"): 14, ("train", "sad"): 14},
        **{(name, label): 3 for name in ("val", "test") for label in ("happy", "sad")},
    }


def test_part(folder: Path) -> None:
    frame = load_data(folder).frame
    val = part(frame, "val")
    assert set(val["split"]) == {"val"}
    assert list(val.index) == list(range(6))
    with pytest.raises(UserError, match="train, val and test"):
        part(frame, "validation")


def test_file_names_and_places_do_not_matter(folder: Path, tmp_path: Path) -> None:
    before = load_data(folder, seed=5)
    moved = tmp_path / "Köln und Umgebung" / "meine Bilder"
    for number, path in enumerate(reversed(list(before.frame["path"]))):
        target = moved / Path(path).parent.name / f"ä b {number:02d}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    after = load_data(moved, seed=5)
    assert after.hash == before.hash
    columns = ["sha256", "label", "split", "group"]
    one, two = (d.frame[columns].sort_values("sha256").to_numpy() for d in (before, after))
    assert (one == two).all()
    assert load_data(folder, seed=6).hash != before.hash


def test_log_gives_the_notes(folder: Path) -> None:
    (folder / "notes.txt").write_text("x")
    lines: list[str] = []
    data = load_data(str(folder), log=lines.append)
    assert data.notes[0] == "1 non-image file left out: notes.txt"
    assert lines == ["reading 40 images of faces", *data.notes]


def test_odd_files_are_read_or_named(folder: Path, draw) -> None:
    happy, sad = folder / "happy", folder / "sad"
    draw(folder / "neutral" / "n.jpg", 100)
    (folder / "notes.txt").write_text("x")
    (happy / "zero.jpg").touch()
    whole = draw(sad / "cut.jpg", 101, size=200).read_bytes()
    (sad / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    draw(happy / "rgba.png", 102, mode="RGBA")
    draw(happy / "cmyk.jpg", 103, mode="CMYK")
    deep = np.random.default_rng(104).integers(0, 65536, (32, 32), dtype=np.uint16)
    Image.fromarray(deep).save(sad / "16 bit.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    draw(sad / "tilted ünd spaced.jpg", 105, exif=exif)
    data = load_data(folder)
    names = {Path(path).name for path in data.frame["path"]}
    assert {"rgba.png", "cmyk.jpg", "16 bit.png", "tilted ünd spaced.jpg"} <= names
    assert len(names) == 44
    assert data.notes[:2] == [
        "1 image of other classes left out: neutral (1)",
        "1 non-image file left out: notes.txt",
    ]
    unread = "2 unreadable images left out: happy/zero.jpg (the file is empty), sad/cut"
    assert data.notes[2].startswith(unread)
    assert len(data.notes) == 4  # and how the parts were made


def test_copies_and_pictures_saved_again_are_on_one_side(folder: Path) -> None:
    for number in (0, 2, 4, 6, 8, 10):
        first = folder / "happy" / f"{number:02d}.png"
        shutil.copy(first, folder / "happy" / f"copy of {number}.png")
        Image.open(first).save(folder / "happy" / f"again {number}.bmp")
    frame = load_data(folder).frame
    assert frame["group"].nunique() == 40
    assert (frame.groupby("group")["split"].nunique() == 1).all()


def test_near_duplicates_in_train_are_named(folder: Path, draw) -> None:
    for label in ("happy", "sad"):
        shutil.rmtree(folder / label)
    for number in range(60):
        label, part = ("happy", "sad")[number % 2], ("train", "val", "test")[number // 20]
        draw(folder / part / label / f"{number}.png", number, size=64)
    seen = Image.open(folder / "train" / "sad" / "5.png").crop((2, 3, 62, 63))
    seen.point(lambda v: v // 2 + 40).save(folder / "test" / "sad" / "saved again.jpg")
    data = load_data(folder)
    near = data.frame.set_index("path")["near_duplicate_of"]
    found = {Path(one).name: Path(other).name for one, other in near[near != ""].items()}
    assert found == {"saved again.jpg": "5.png"}
    text = "with a near-duplicate in train (kept, see column near_duplicate_of)"
    assert data.notes == [f"1 image of test {text}: test/sad/saved again.jpg"]


def test_persons_of_a_table_are_on_one_side(folder: Path) -> None:
    paths = enumerate(sorted(folder.rglob("*.png")))
    rows = [f"{p.relative_to(folder.parent)},{p.parent.name},p{n % 9}" for n, p in paths]
    (folder.parent / "people.csv").write_text("\n".join(["path,label,group", *rows]))
    data = load_data(folder.parent / "people.csv")
    assert (data.name, len(data.frame), len(data.notes)) == ("people", 40, 1)
    assert data.frame["group"].nunique() == 9
    assert (data.frame.groupby("group")["split"].nunique() == 1).all()


def test_demo(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = []
    demo = types.ModuleType("happysad.pipeline.demo.demo_faces")
    demo.demo_folder = lambda seed=0: seeds.append(seed) or folder  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "happysad.pipeline.demo.demo_faces", demo)
    data = load_data("demo", seed=7)
    assert (data.name, set(data.frame["source"]), seeds) == ("demo", {"demo"}, [7])


def test_one_class_only(folder: Path) -> None:
    shutil.rmtree(folder / "sad")
    with pytest.raises(UserError, match=r"holds only happy faces \(20 images\): add a folder"):
        load_data(folder)


def test_a_class_whose_files_all_fail(folder: Path) -> None:
    for path in (folder / "sad").iterdir():
        path.write_bytes(b"")
    with pytest.raises(UserError, match=r"holds only happy faces.*20 unreadable images"):
        load_data(folder)


def test_neither_class(folder: Path) -> None:
    for path in folder.rglob("*.png"):
        path.unlink()
    with pytest.raises(UserError, match="holds no happy or sad faces: expected are"):
        load_data(folder)


def test_a_part_with_one_class(folder: Path, draw) -> None:
    (folder / "train").mkdir()
    for label in ("happy", "sad"):
        (folder / label).rename(folder / "train" / label)
    draw(folder / "test" / "sad" / "1.png", 99)
    with pytest.raises(UserError, match=r"part test of .* only sad faces \(1 image\): add happy"):
        load_data(folder)


def test_too_few_to_cut(folder: Path) -> None:
    for path in sorted((folder / "sad").iterdir())[2:]:
        path.unlink()
    with pytest.raises(UserError, match="faces holds too few sad faces"):
        load_data(folder)


@pytest.mark.process
def test_import_is_light() -> None:
    code = (
        "import sys, happysad.pipeline.data.dataset; "
        "print(sorted({'pandas', 'cv2', 'sklearn', 'PIL', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.real
def test_fer2013(shared_data: Path) -> None:
    data = load_data(shared_data / "fer2013")
    counts = data.frame.groupby(["split", "label"]).size().to_dict()
    # 7,215 and 4,830 in train, less one picture that is there with both labels.
    assert counts == {
        **{("train", "happy"): 7214, ("train", "sad"): 4829},
        **{("val", "happy"): 895, ("val", "sad"): 653},
        **{("test", "happy"): 879, ("test", "sad"): 594},
    }
    notes = "\n".join(data.notes)
    assert data.notes[0] == (
        "20,821 images of other classes left out: "
        "angry (4,953), disgust (547), fear (5,121), neutral (6,198), surprise (4,002)"
    )
    assert notes.count("other classes") == 1
    assert "ferplus_training_votes.csv" in notes
    assert "2 images left out because an exact copy has the other label: " in notes
    assert "100 images in two official parts as exact copies" in notes
    leaked = data.frame[data.frame["near_duplicate_of"] != ""]
    assert set(leaked["split"]) == {"val", "test"}
    # About one in seven; the labels of two copies in a hundred differ at most.
    assert 400 < len(leaked) < 500
    # One in a hundred of all is in train under another label alone.
    apart = leaked[~leaked["near_duplicate_of"].isin(data.frame["path"])]
    assert set(apart["near_duplicate_of"].str.split("/").str[-3]) == {"train"}
    assert apart["split"].value_counts().to_dict() == {"val": 21, "test": 14}
    leaked = leaked.drop(apart.index)
    split, label = (data.frame.set_index("path")[name] for name in ("split", "label"))
    assert (split[leaked["near_duplicate_of"]] == "train").all()
    assert (
        label[leaked["near_duplicate_of"]].to_numpy() == leaked["label"].to_numpy()
    ).mean() > 0.98


@pytest.mark.real
def test_muxspace(shared_data: Path) -> None:
    data = load_data(shared_data / "muxspace")
    assert data.frame["label"].value_counts().to_dict() == {"happy": 2786, "sad": 134}
    assert data.frame["group"].nunique() == 1426  # of two pairs of people there is one picture
    assert (data.frame["near_duplicate_of"] == "").all()
    assert (data.frame.groupby("group")["split"].nunique() == 1).all()
    twice = "1 image listed more than once and kept once: images/Kimberly_Stewart_0001.jpg"
    assert data.notes[0] == twice
    shares = data.frame.groupby("label")["split"].value_counts(normalize=True)
    for label in ("happy", "sad"):
        assert abs(shares[label, "train"] - 0.70) < 0.02
    # The table by itself is the same data set.
    by_table = read_source(shared_data / "muxspace" / "legend.csv")
    assert sorted(by_table.frame["path"]) == list(data.frame["path"])
    assert by_table.name == data.name
