"""Descriptions fitted once for all who ask for the same."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone

from happysad.experiments.remembered import Remembered, remember
from happysad.features.hog import Hog
from happysad.features.pixels import Pixels
from happysad.pipeline.block import PrincipalBlock
from happysad.pipeline.kernel_svm import odd_columns
from happysad.pipeline.models import make_model


@pytest.fixture
def sample(data):
    frame = data.frame
    faces = make_model("hog-svm")[0].transform(frame["path"].tolist())
    return faces, frame["label"].to_numpy(str)


@pytest.fixture
def counted(monkeypatch):
    """How many blocks were fitted since the test began."""
    calls = []
    whole = PrincipalBlock.fit_transform

    def count(self, X, y=None):
        calls.append(len(X))
        return whole(self, X, y)

    monkeypatch.setattr(PrincipalBlock, "fit_transform", count)
    return calls


def test_it_describes_as_what_is_within_and_is_fitted_once(sample, tmp_path, counted):
    faces, _ = sample
    block = PrincipalBlock(Hog(), 6, random_state=0)
    first, second = (Remembered(block, str(tmp_path)) for _ in range(2))
    rows = first.fit_transform(faces)
    np.testing.assert_array_equal(second.fit(faces).transform(faces), rows)
    assert len(counted) == 1
    np.testing.assert_array_equal(clone(block).fit(faces).transform(faces), rows)
    np.testing.assert_array_equal(odd_columns(second), odd_columns(second.describe_))
    assert not hasattr(block, "odd_")


def test_other_settings_and_other_faces_are_fitted_anew(sample, tmp_path, counted):
    faces, _ = sample
    remembered = Remembered(PrincipalBlock(Pixels(8), 6, random_state=0), str(tmp_path))
    remembered.fit(faces)
    assert clone(remembered).set_params(describe__n_components=3).fit_transform(faces).shape[1] == 3
    assert clone(remembered).set_params(describe__extractor__size=9).fit(faces)
    remembered.fit(faces[1:])
    assert len(counted) == 4


def test_a_model_answers_as_before_and_its_parameters_have_new_names(sample, tmp_path):
    faces, labels = sample
    plain, model = (make_model("hog-svm+class-weight")[1:] for _ in range(2))
    names = remember(model, str(tmp_path))
    assert set(names) == set(plain.get_params())
    assert names["classify__estimator__alpha"] == "classify__estimator__alpha"
    moved = names["classify__estimator__describe__n_components"]
    assert moved == "classify__estimator__describe__describe__n_components"
    assert model.get_params()[moved] == 200
    np.testing.assert_allclose(
        model.fit(faces, labels).predict_proba(faces), plain.fit(faces, labels).predict_proba(faces)
    )


def test_a_model_without_an_svm_is_left_as_it_is(tmp_path):
    model = make_model("pixels-logreg")
    before = repr(model)
    names = remember(model, str(tmp_path))
    assert repr(model) == before
    assert all(name == new for name, new in names.items())
