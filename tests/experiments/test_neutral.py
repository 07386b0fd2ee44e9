"""Faces that are neither: rows that are answered and not scored."""

from __future__ import annotations

import pytest
from PIL import Image

from happysad.experiments.neutral import SPLIT, with_neutral
from happysad.features.errors import UserError
from happysad.pipeline.demo_faces import make_demo_faces


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


def test_what_cannot_be_read_is_named(folder, data):
    (folder / "text.jpg").write_text("hello")
    frame, notes = with_neutral(data.frame, str(folder), data.name)
    assert len(frame) == len(data.frame) + 3
    assert "text.jpg" in notes[0]


def test_no_folder_or_no_images_is_one_sentence(tmp_path, data):
    with pytest.raises(UserError, match="there is no folder"):
        with_neutral(data.frame, str(tmp_path / "nowhere"), data.name)
    with pytest.raises(UserError, match="holds no images"):
        with_neutral(data.frame, str(tmp_path), data.name)
