"""The images that time is measured on."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from happysad.experiments.benchmarks.images import found, photographs, tight_crops, written
from happysad.features.faces.detector import find_faces
from happysad.utils.errors import UserError


def test_photographs_hold_one_face_each_at_a_place_of_its_own():
    images = photographs(4, seed=2)
    assert {image.shape for image in images} == {(350, 350)}
    faces = [find_faces(image) for image in images]
    assert [len(face) for face in faces] == [1] * 4
    assert len({face[0].box for face in faces}) > 2
    for (face,) in faces:
        assert 100 < face.box[2] - face.box[0] < 250


def test_crops_are_small_and_the_same_seed_gives_the_same():
    images = tight_crops(3, seed=5)
    assert {image.shape for image in images} == {(48, 48)}
    for draw in (tight_crops, photographs):
        np.testing.assert_array_equal(draw(2, seed=5), draw(2, seed=5))
        assert (np.array(draw(2, seed=5)) != np.array(draw(2, seed=6))).any()
        assert len(draw(1)) == 1


def test_files_of_each_kind(tmp_path):
    files = written(tmp_path, 2)
    assert list(files) == ["photograph 350x350", "tight crop 48x48"]
    sizes = [{Image.open(file).size for file in kind} for kind in files.values()]
    assert sizes == [{(350, 350)}, {(48, 48)}]
    assert all(len(kind) == 2 for kind in files.values())


def test_images_of_ones_own(demo_data):
    (kind,) = found(str(demo_data), 3)
    assert kind == f"images of {demo_data.name}"
    files = found(str(demo_data), 3)[kind]
    assert len(files) == 3
    assert all(file.is_file() for file in files)


def test_a_folder_without_images_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="holds no images"):
        found(str(tmp_path), 3)
    with pytest.raises(UserError, match="there is no folder"):
        found(str(tmp_path / "nothing"), 3)
