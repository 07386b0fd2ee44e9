"""pipeline/cnn/onnx_cnn.py: the CNN's answers without torch."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import clone, is_classifier

from happysad.features.faces.face_batch import Faces
from happysad.pipeline.cnn.onnx_cnn import OnnxCnn
from happysad.utils.errors import UserError

pytest.importorskip("onnx")
pytest.importorskip("torch")
pytest.importorskip("skorch")

from happysad.pipeline.cnn.classifier import CnnClassifier
from happysad.pipeline.cnn.onnx_export import onnx_bytes


@pytest.fixture(scope="module", params=["small", "resnet", "small in colour", "small of 21"])
def pair(request, mouths):
    """A CNN, the same in ONNX, and faces neither has seen."""
    color = "colour" in request.param
    size = 21 if "21" in request.param else 16
    options = {"input_size": size, "epochs": 3, "n_threads": 1, "batch_size": 8}
    cnn = CnnClassifier(request.param.split()[0], **options, random_state=0)
    cnn.fit(*mouths(48, color=color))
    network = onnx_bytes(cnn)
    return cnn, OnnxCnn(network, size, 3 if color else 1), mouths(40, seed=2, color=color)[0]


def test_equal_to_the_cnn_in_batches_of_any_length(pair) -> None:
    cnn, exported, faces = pair
    for mirror in (True, False):
        cnn = pickle.loads(pickle.dumps(cnn)).set_params(mirror=mirror)
        exported = clone(exported).set_params(mirror=mirror)
        expected = cnn.predict_proba(faces)
        assert np.ptp(expected[:, 0]) > 0.01
        for n in (40, 1, 7, 40):
            np.testing.assert_allclose(exported.predict_proba(faces[:n]), expected[:n], atol=1e-5)
        assert exported.predict(faces).tolist() == cnn.predict(faces).tolist()
        assert exported.predict_proba(faces[:0]).shape == (0, 2)


def test_more_faces_than_are_resized_at_once(pair) -> None:
    cnn, exported, faces = pair
    many = faces[np.arange(300) % len(faces)]
    np.testing.assert_allclose(exported.predict_proba(many), cnn.predict_proba(many), atol=1e-5)


def test_manners(pair) -> None:
    _, exported, faces = pair
    exported.predict(faces)
    assert is_classifier(exported)
    assert exported.classes_.tolist() == ["happy", "sad"]
    copy = pickle.loads(pickle.dumps(exported))
    np.testing.assert_array_equal(copy.predict_proba(faces), exported.predict_proba(faces))
    with pytest.raises(UserError, match="cannot be trained on"):
        exported.fit(faces, ["happy"] * len(faces))


def test_crops_of_the_other_kind_are_refused(pair) -> None:
    _, exported, faces = pair
    with pytest.raises(UserError, match="crops and was given"):
        exported.predict(Faces.unreadable(32, color=not faces.color))


def test_a_damaged_network_is_one_sentence(pair, mouths) -> None:
    faces, _ = mouths(2)
    for network in (b"nothing of the kind", pair[1].network[:500]):
        with pytest.raises(UserError, match="OpenCV cannot run this ONNX network"):
            OnnxCnn(network).predict(faces)
