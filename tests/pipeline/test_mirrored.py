"""Training on faces and their mirror images."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from happysad.features.batch import Faces
from happysad.features.pixels import Pixels
from happysad.pipeline.mirrored import MirroredCopies


def _faces(n: int) -> Faces:
    """Bright on the picture's left, and nothing else."""
    crops = np.zeros((n, 32, 32), np.uint8)
    crops[: n // 2, :, :16] = np.linspace(100, 250, n // 2)[:, None, None]
    return Faces(
        crops,
        np.zeros((n, 68, 2), np.float32),
        np.zeros((n, 4), np.int32),
        np.ones(n, np.float32),
        np.full(n, "detected"),
        np.full(n, "", "<U64"),
    )


def _model() -> MirroredCopies:
    return MirroredCopies(make_pipeline(Pixels(4), LinearSVC(random_state=0)))


LABELS = np.array(["happy"] * 10 + ["sad"] * 10)


def test_what_was_seen_on_one_side_is_known_on_the_other():
    faces = _faces(20)
    other_side = Faces(
        np.ascontiguousarray(faces.crops[:, :, ::-1]),
        *(getattr(faces, name) for name in ("landmarks", "boxes", "scores", "status", "keys")),
    )
    model = _model().fit(faces, LABELS)
    assert np.array_equal(model.predict(other_side), LABELS)
    np.testing.assert_allclose(
        model.decision_function(faces), model.decision_function(other_side), atol=1e-9
    )


def test_it_fits_twice_as_many_faces(monkeypatch: pytest.MonkeyPatch):
    seen = []
    fit = LinearSVC.fit
    def counted(svm: LinearSVC, X: np.ndarray, y: np.ndarray) -> LinearSVC:
        seen.append((len(X), len(y)))
        return fit(svm, X, y)

    monkeypatch.setattr(LinearSVC, "fit", counted)
    _model().fit(_faces(20), LABELS)
    assert seen == [(40, 40)]


def test_it_clones_and_leaves_its_parameter_unfitted():
    model = _model()
    model.fit(_faces(20), LABELS)
    with pytest.raises(NotFittedError):
        clone(model).predict(_faces(4))
    assert not hasattr(model.estimator[-1], "coef_")
    assert model.classes_.tolist() == ["happy", "sad"]
