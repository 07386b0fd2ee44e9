"""Faces that are neither: rows that are answered and not scored."""

from __future__ import annotations

import pytest
from PIL import Image

from happysad.experiments.datasets.neutral_faces import SPLIT, with_neutral
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.utils.errors import UserError


@pytest.fixture
def folder(tmp_path):
    images, _ = make_demo_faces(3, random_state=1)
    for i, image in enumerate(images):
        place = tmp_path / "faces" / ("deep" if i else ".")
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(place / f"{i}.png")
    return tmp_path / "faces"


def test_rows_are_added_below(folder, data):
    frame, notes = with_neutral(data.frame, str(folder), data.name)
    assert len(frame) == len(data.frame) + 3
    assert frame.iloc[: len(data.frame)][list(data.frame)].equals(data.frame)
    mine = frame.iloc[len(data.frame) :]
    assert set(mine["split"]) == set(mine["label"]) == {"neutral"}
    assert len(set(mine["group"])) == 3
    assert notes == ["3 neutral faces, to be answered and not scored"]
    assert SPLIT == "neutral"


def test_of_fer2013_only_the_test_part_is_taken(folder, data):
    for old, new in zip(
        sorted(folder.rglob("*.png")), ("PrivateTest_a", "PublicTest_b", "Training_c"), strict=True
    ):
        old.rename(old.with_name(f"{new}.png"))
    frame, notes = with_neutral(data.frame, str(folder), data.name)
    assert [name.rpartition("/")[2] for name in frame["path"].iloc[len(data.frame) :]] == [
        "PrivateTest_a.png"
    ]
    assert notes == [
        "2 images of FER2013's other parts left out of the neutral faces",
        "1 neutral face, to be answered and not scored",
    ]
    for path in folder.rglob("PrivateTest_*"):  # none of the test part: all are taken
        path.unlink()
    assert len(with_neutral(data.frame, str(folder), data.name)[0]) == len(data.frame) + 2


@pytest.mark.real
def test_fer2013s_neutral_faces_are_those_of_the_test_part(shared_data, data):
    folder = shared_data / "fer2013" / "test" / "neutral"
    frame, _ = with_neutral(data.frame, str(folder), data.name)
    names = frame.loc[frame["label"] == "neutral", "path"].str.rpartition("/")[2]
    assert len(names) == 626
    assert names.str.startswith("PrivateTest_").all()


def test_what_cannot_be_read_is_named(folder, data):
    (folder / "text.jpg").write_text("hello")
    (folder / "deep" / "clip.mov").touch()
    frame, notes = with_neutral(data.frame, str(folder), data.name)
    assert len(frame) == len(data.frame) + 3
    assert notes[0] == "1 non-image file left out of the neutral faces: deep/clip.mov"
    assert "text.jpg" in notes[1]


def test_no_folder_or_no_images_is_one_sentence(tmp_path, data):
    with pytest.raises(UserError, match="there is no folder"):
        with_neutral(data.frame, str(tmp_path / "nowhere"), data.name)
    with pytest.raises(UserError, match="holds no images"):
        with_neutral(data.frame, str(tmp_path), data.name)
