import pickle
from dataclasses import replace

import numpy as np
import pytest
from sklearn.model_selection import KFold, train_test_split
from sklearn.utils import _safe_indexing, indexable

from happysad.features.faces.face_batch import Faces


def test_its_length_shape_and_size(faces):
    assert len(faces) == 4
    assert faces.shape == (4,)
    assert faces.size == 96


def test_it_indexes_like_an_array_in_all_its_parts(faces):
    for index, rows in (
        (slice(1, 3), [1, 2]),
        (slice(None, None, -1), [3, 2, 1, 0]),
        (2, [2]),
        (-1, [3]),
        (np.int64(1), [1]),
        ([3, 0, 3], [3, 0, 3]),
        (np.array([2, 1]), [2, 1]),
        (np.array([True, False, False, True]), [0, 3]),
        ([True, False, False, True], [0, 3]),
        ((np.array([1, 2]), ...), [1, 2]),
        (np.array([], int), np.array([], int)),
    ):
        part = faces[index]
        assert isinstance(part, Faces)
        for name in ("crops", "landmarks", "boxes", "scores", "status", "keys"):
            expected = getattr(faces, name)[rows]
            np.testing.assert_array_equal(getattr(part, name), expected, f"{index} {name}")


def test_an_index_beyond_the_end_is_an_error_and_iteration_ends(faces):
    with pytest.raises(IndexError):
        faces[4]
    with pytest.raises(IndexError):
        faces[np.array([4])]
    assert [face.keys[0] for face in faces] == faces.keys.tolist()


def test_parts_of_different_lengths_are_rejected(faces):
    with pytest.raises(ValueError, match=r"differ in length.*'crops': 3"):
        Faces(faces.crops[:3], faces.landmarks, faces.boxes, faces.scores, faces.status, faces.keys)


def test_concatenate_undoes_the_split(faces, same_faces):
    joined = Faces.concatenate([faces[:1], Faces.empty(96), faces[1:]])
    same_faces(joined, faces)
    assert joined.keys.tolist() == faces.keys.tolist()


def test_empty_and_unreadable_have_the_dtypes_of_real_faces(faces):
    for batch, n in ((Faces.empty(96), 0), (Faces.unreadable(96), 1)):
        assert len(batch) == n
        assert batch.size == 96
        for name in ("crops", "landmarks", "boxes", "scores", "status"):
            real, made = getattr(faces, name), getattr(batch, name)
            assert made.dtype == real.dtype, name
            assert made.shape[1:] == real.shape[1:], name
    assert Faces.unreadable(96).status.tolist() == ["unreadable"]


def test_joining_keeps_long_statuses_and_keys_whole(faces):
    joined = Faces.concatenate([Faces.empty(96), Faces.unreadable(96), faces])
    assert joined.status[0] == "unreadable"
    assert joined.keys[1:].tolist() == faces.keys.tolist()


def test_it_is_frozen(faces):
    with pytest.raises(AttributeError):
        faces.crops = faces.crops[::-1]


def test_it_pickles(faces, same_faces):
    copy = pickle.loads(pickle.dumps(faces))
    same_faces(copy, faces)
    assert copy.keys.tolist() == faces.keys.tolist()


def test_scikit_learn_indexes_it(faces, same_faces):
    rows = np.array([3, 1])
    same_faces(_safe_indexing(faces, rows), faces[rows])
    same_faces(_safe_indexing(faces, [True, False, True, False]), faces[[0, 2]])
    indexable(faces, faces.keys)
    for train, test in KFold(2).split(faces):
        assert len(faces[train]) == len(faces[test]) == 2
    train, test, y_train, _ = train_test_split(faces, faces.keys, test_size=1, random_state=0)
    assert (len(train), len(test)) == (3, 1)
    assert train.keys.tolist() == y_train.tolist()


def test_grey_and_colour_are_distinguished(faces):
    assert not faces.color
    assert not Faces.empty(96).color
    assert Faces.empty(64, color=True).color
    assert Faces.empty(64, color=True).crops.shape == (0, 64, 64, 3)
    blank = Faces.unreadable(64, color=True)
    assert blank.crops.shape == (1, 64, 64, 3)
    assert blank.size == 64
    assert blank[[0, 0]].crops.shape == (2, 64, 64, 3)


def test_bytes_hold_a_face_and_nothing_of_an_unreadable_one(faces, same_faces):
    for color in (False, True):
        for face in faces:
            if color:
                face = replace(face, crops=np.repeat(face.crops[..., None], 3, axis=3))
            copy = Faces.from_bytes(face.to_bytes(), "a key", 96, color)
            same_faces(copy, face)
            assert copy.keys.tolist() == ["a key"]
        blank = Faces.unreadable(96, color)
        assert blank.to_bytes() == b""
        same_faces(Faces.from_bytes(b"", "a key", 96, color), blank)
