import dlib
import numpy as np
import pytest

from happysad.features.embedding import CHIP_SIZE, Embedding, face_chips
from happysad.features.faces.align import EYE_X, EYE_Y
from happysad.features.faces.pretrained_weights import face_resnet, shape_predictor


def test_a_chip_is_grey_rgb_of_the_networks_size(faces):
    chips = face_chips(faces.crops)
    assert chips.shape == (len(faces), CHIP_SIZE, CHIP_SIZE, 3)
    assert chips.dtype == np.uint8
    np.testing.assert_array_equal(chips[..., 0], chips[..., 2])


def test_the_eyes_move_to_their_places_in_the_chip():
    for size in (48, 96, 144):
        crop = np.zeros((1, size, size), np.uint8)
        row = round(EYE_Y * size - 0.5)
        for column in (round(EYE_X * size - 0.5), round((1 - EYE_X) * size - 0.5)):
            crop[0, row - 1 : row + 2, column - 1 : column + 2] = 255
        chip = face_chips(crop)[0, :, :, 0].astype(float)
        rounding = 0.5 * 0.35 * CHIP_SIZE / ((1 - 2 * EYE_X) * size) + 0.2  # of whole pixels
        for half, expected in ((slice(0, 75), 0.3183), (slice(75, 150), 0.6685)):
            weight = np.zeros_like(chip)
            weight[:, half] = chip[:, half]
            y, x = (np.indices(chip.shape) * weight).sum(axis=(1, 2)) / weight.sum()
            assert x == pytest.approx(expected * CHIP_SIZE - 0.5, abs=rounding), size
            assert y == pytest.approx(0.3142 * CHIP_SIZE - 0.5, abs=rounding), size


def test_our_chip_is_nearly_the_one_that_dlib_cuts(astronaut, faces):
    left, top, right, bottom = faces.boxes[0].tolist()
    box = dlib.rectangle(left, top, right - 1, bottom - 1)
    shape = shape_predictor("5")(np.ascontiguousarray(astronaut), box)
    theirs = dlib.get_face_chip(np.ascontiguousarray(astronaut), shape, 150, 0.25)
    ours = face_chips(faces.crops[:1])[0, 20:130, 20:130, 0].ravel()
    assert np.corrcoef(ours, theirs[20:130, 20:130].mean(axis=2).ravel())[0, 1] > 0.9
    network = np.array(face_resnet().compute_face_descriptor(theirs))
    # Below 0.6 the network takes two pictures for the same person.
    assert np.linalg.norm(network - Embedding().transform(faces[:1])[0]) < 0.5


def test_one_person_is_near_and_a_pattern_far(faces, textures, as_faces):
    pictures = Embedding().transform(faces[:2])
    other = Embedding().transform(as_faces(textures[5:6]))
    assert np.linalg.norm(pictures[0] - pictures[1]) < 0.5
    assert np.linalg.norm(pictures[0] - other[0]) > 0.6
