"""The command that pre-trains the CNN: what it reads, says and writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from happysad.experiments.shipping.pretrain import list_images, main
from happysad.pipeline.cnn.weights_file import PRETRAINED, load_all_outputs, load_weights
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.utils.errors import UserError


@pytest.fixture(scope="module")
def seven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built-in faces in class folders; "angry" ones are sad ones."""
    root = tmp_path_factory.mktemp("seven")
    images, labels = make_demo_faces(36, random_state=4)
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        name = "angry" if label == "sad" and number % 4 == 0 else str(label)
        folder = root / ("train" if number < 24 else "val") / name
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / f"{number}.png")
    return root


@pytest.mark.slow
def test_it_writes_the_weights_and_says_how_good_they_are(seven: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    out = tmp_path / "new" / "w.npz"
    flags = ["--data", str(seven), "--out", str(out), "--epochs", "1", "--jobs", "1"]
    done = CliRunner().invoke(main, flags)
    assert done.exit_code == 0, done.output
    assert "training on 24 faces of angry, happy, sad" in done.stderr
    assert "epoch 1: loss 1." in done.stderr
    first, last = done.stdout.splitlines()
    assert first.startswith("val accuracy 0.")
    assert "of 3 classes" in first
    assert "happy against sad; logit scaled by" in first
    assert last == f"written to {out}"
    weights = load_weights(out)
    assert weights["output.weight"].shape == (1, 128)
    assert all(np.isfinite(array).all() for array in weights.values())

    on = tmp_path / "on.npz"
    flags += ["--out", str(on), "--start-from", str(out), "--learning-rate", "1e-9"]
    done = CliRunner().invoke(main, flags)
    assert done.exit_code == 0, done.output
    np.testing.assert_allclose(load_all_outputs(on)[0]["output.weight"], every(out), atol=1e-3)


def every(path: Path) -> np.ndarray:
    return load_all_outputs(path)[0]["output.weight"]


def test_parts_are_those_of_the_folders_or_of_fer2013s_names(seven: Path, tmp_path: Path) -> None:
    found = list_images(seven)
    assert [len(found[part]) for part in ("train", "val", "test")] == [24, 12, 0]
    for name in ("train/fear/Training_1", "test/fear/PublicTest_2", "test/sad/PrivateTest_3"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"{name}.png").touch()
    named = {part: [file.stem for file in files] for part, files in list_images(tmp_path).items()}
    assert named == {"train": ["Training_1"], "val": ["PublicTest_2"], "test": ["PrivateTest_3"]}


def test_mistakes_are_one_sentence(seven: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="needs class folders in train and val"):
        list_images(tmp_path)
    for flags, says in (
        (["--data", str(tmp_path)], "needs class folders in train and val"),
        (["--data", str(seven), "--out", "w.pt"], "a weights file ends in .npz"),
        (["--data", str(seven), "--start-from", "none.npz"], "none.npz cannot be read"),
        (["--data", str(seven), "--start-from", str(PRETRAINED)], "knows angry, disgust"),
    ):
        done = CliRunner().invoke(main, flags)
        assert done.exit_code == 2
        assert says in done.stderr
