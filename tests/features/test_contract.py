"""What every extractor promises; a new one is added to ``EXTRACTORS`` and tested by all of it."""

from __future__ import annotations

import inspect
import pickle
from dataclasses import fields
from functools import cache
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import _safe_indexing

from happysad.features.base import FaceFeature
from happysad.features.embedding import Embedding
from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.face_batch import Faces
from happysad.features.hog import Hog
from happysad.features.landmarks import LandmarkGeometry
from happysad.features.lbp import Lbp
from happysad.features.pixels import Pixels
from happysad.features.visual_words import VisualWords
from happysad.utils.errors import UserError
from happysad.utils.feature_cache import FeatureCache, use_feature_cache

EXTRACTORS = [
    Hog(),
    Hog(cell=8, block=1, bins=9, signed=False),
    Hog(cell=8, block=3, bins=9, signed=False),
    Lbp(),
    Lbp(radius=1, grid=5, root=False),
    Lbp(overlap=True),
    LandmarkGeometry(),
    LandmarkGeometry(slopes=False),
    VisualWords(),
    VisualWords(grid=3, root=False),
    Pixels(),
    Pixels(size=7),
    Embedding(),
]

OTHER_SETTINGS: dict[type, dict[str, Any]] = {
    Hog: {"cell": 16, "block": 3, "bins": 5, "signed": False, "symmetric": True},
    Lbp: {"radius": 3.0, "grid": 4, "root": False, "overlap": True, "symmetric": True},
    LandmarkGeometry: {"slopes": False, "symmetric": True},
    VisualWords: {"grid": 2, "root": False, "symmetric": True},
    Pixels: {"size": 5},
    Embedding: {},
    FaceAligner: {
        "size": 64,
        "predictor": "5",
        "min_score": 0.5,
        "on_error": "mark",
        "n_jobs": 2,
        "color": True,
        "detector": False,
        "min_face": 30.0,
    },
}

QUICK = [extractor for extractor in EXTRACTORS if not isinstance(extractor, Embedding)]

quick_extractors = pytest.mark.parametrize("extractor", QUICK, ids=repr)
each_extractor = pytest.mark.parametrize(
    "extractor", [*QUICK, pytest.param(Embedding(), marks=pytest.mark.slow)], ids=repr
)


@pytest.fixture(scope="module")
def expected(faces):
    """``expected(extractor)``: its rows, computed once."""
    return cache(lambda extractor: clone(extractor).transform(faces))


def test_every_extractor_is_here(extractor_classes):
    assert {type(extractor) for extractor in EXTRACTORS} == extractor_classes
    assert set(OTHER_SETTINGS) == extractor_classes | {FaceAligner}


# Settings.


def test_init_only_stores_and_clone_keeps():
    for kind, settings in OTHER_SETTINGS.items():
        assert issubclass(kind, TransformerMixin), kind
        assert issubclass(kind, BaseEstimator), kind
        assert len(kind.__doc__ or "") > 60, kind
        parameters = inspect.signature(kind).parameters if settings else {}
        assert set(parameters) == set(settings) == set(kind().get_params()), kind
        for name, parameter in parameters.items():
            assert kind().get_params()[name] == parameter.default, (kind, name)
            assert settings[name] != parameter.default, "or the tests below could not fail"
            token = object()
            assert getattr(kind(**{name: token}), name) is token, (kind, name)
        estimator = kind(**settings)
        assert vars(estimator) == settings, kind
        assert clone(estimator).get_params() == settings, kind
        assert clone(estimator) is not estimator, kind


def test_set_params_is_as_good_as_init():
    for kind, settings in OTHER_SETTINGS.items():
        assert kind().set_params(**settings).get_params() == settings, kind
        with pytest.raises(ValueError, match=f"Invalid parameter.*{kind.__name__}"):
            kind().set_params(no_such_setting=1)


def test_every_setting_changes_the_output_and_the_name_of_the_cache(faces):
    for kind, settings in OTHER_SETTINGS.items():
        for name, value in settings.items() if kind != FaceAligner else ():
            usual, other = kind(), kind(**{name: value})
            assert other.cache_name() != usual.cache_name(), (kind, name)
            one, two = usual.transform(faces), other.transform(faces)
            assert one.shape != two.shape or np.abs(one - two).max() > 1e-3, (kind, name)


# Numbers.


@each_extractor
def test_rows_are_finite_float32_and_not_all_alike(expected, extractor, faces):
    rows = expected(extractor)
    assert rows.dtype == np.float32
    assert rows.ndim == 2
    assert len(rows) == len(faces)
    assert np.isfinite(rows).all()
    assert len(np.unique(rows, axis=0)) == len(faces)


@each_extractor
def test_names_are_as_many_as_columns_and_unique(expected, extractor, faces):
    names = clone(extractor).fit(faces).get_feature_names_out()
    assert names.dtype == object
    assert all(isinstance(name, str) for name in names)
    assert len(names) == len(set(names)) == expected(extractor).shape[1]


@each_extractor
def test_names_follow_the_size_of_the_crops(extractor, faces):
    small = Faces(faces.crops[:, ::2, ::2], *(getattr(faces, f.name) for f in fields(faces)[1:]))
    fitted = clone(extractor).fit(small)
    assert len(fitted.get_feature_names_out()) == fitted.transform(small[:1]).shape[1]


@each_extractor
def test_a_batch_equals_its_singles(expected, extractor, faces):
    singles = np.vstack([extractor.transform(face) for face in faces])
    np.testing.assert_allclose(singles, expected(extractor), atol=1e-6)


@each_extractor
def test_order_does_not_matter(expected, extractor, faces):
    order = np.array([2, 0, 3, 1])
    rows = extractor.transform(faces[order])
    np.testing.assert_allclose(rows, expected(extractor)[order], atol=1e-6)


@each_extractor
def test_an_empty_batch_works(expected, extractor, faces):
    rows = extractor.transform(faces[:0])
    assert rows.shape == (0, expected(extractor).shape[1])
    assert rows.dtype == np.float32
    assert clone(extractor).fit(faces[:0]).transform(faces[:0]).shape == rows.shape


@each_extractor
def test_fit_learns_nothing_that_transform_needs(expected, extractor, faces):
    np.testing.assert_array_equal(
        clone(extractor).fit(faces[:1]).transform(faces), expected(extractor)
    )
    assert clone(extractor).fit(faces, y=None) is not None


@each_extractor
def test_it_pickles_small_and_works_after(expected, extractor, faces):
    fitted = clone(extractor).fit(faces)
    fitted.transform(faces[:1])
    data = pickle.dumps(fitted)
    assert len(data) < 1000  # no weights on board
    copy = pickle.loads(data)
    assert copy.get_feature_names_out().tolist() == fitted.get_feature_names_out().tolist()
    np.testing.assert_array_equal(copy.transform(faces), expected(extractor))


@each_extractor
def test_the_faces_are_left_as_they_were(extractor, faces):
    writable = Faces(*(getattr(faces, field.name).copy() for field in fields(faces)))
    clone(extractor).fit_transform(writable)
    for field in fields(faces):
        np.testing.assert_array_equal(getattr(writable, field.name), getattr(faces, field.name))


@each_extractor
def test_an_unreadable_face_has_a_finite_row(expected, extractor, faces):
    mixed = Faces.concatenate([Faces.unreadable(96), faces[:1]])
    rows = extractor.transform(mixed)
    assert np.isfinite(rows).all()
    np.testing.assert_allclose(rows[1], expected(extractor)[0], atol=1e-6)


def test_another_input_is_a_type_error_that_says_what_to_do():
    for extractor in EXTRACTORS:
        name = type(extractor).__name__
        for method in ("fit", "transform", "fit_transform"):
            for wrong in (np.zeros((2, 96, 96), np.uint8), ["photo.jpg"]):
                message = f"{name} takes Faces, not {type(wrong).__name__}: put a FaceAligner"
                with pytest.raises(TypeError, match=message):
                    getattr(clone(extractor), method)(wrong)
            message = rf"{name} takes grey crops.*FaceAligner\(color=False\)"
            with pytest.raises(UserError, match=message):
                getattr(clone(extractor), method)(Faces.unreadable(96, color=True))


# The cache.


@each_extractor
def test_what_is_cached_is_what_was_computed(expected, extractor, faces, tmp_path, monkeypatch):
    with use_feature_cache(FeatureCache(tmp_path)):
        first = extractor.transform(faces[[1, 3]])
        mixed = extractor.transform(faces)
        monkeypatch.setattr(type(extractor), "_extract", None)  # from here on all is read
        read = extractor.transform(faces)
        turned = extractor.transform(faces[::-1])
    np.testing.assert_allclose(first, expected(extractor)[[1, 3]], atol=1e-6)
    np.testing.assert_allclose(mixed, expected(extractor), atol=1e-6)
    np.testing.assert_array_equal(read, mixed)
    np.testing.assert_array_equal(turned, mixed[::-1])
    assert read.dtype == np.float32


def test_extractors_share_a_cache_without_mixing(expected, faces, tmp_path):
    with use_feature_cache(FeatureCache(tmp_path)):
        for _ in range(2):
            for extractor in QUICK:
                rows = extractor.transform(faces)
                np.testing.assert_array_equal(rows, expected(extractor))
    assert len({extractor.cache_name() for extractor in EXTRACTORS}) == len(EXTRACTORS)


@quick_extractors
def test_a_damaged_cache_is_never_trusted(expected, extractor, faces, tmp_path):
    with use_feature_cache(FeatureCache(tmp_path)):
        extractor.transform(faces)
        (file,) = tmp_path.glob("*.sqlite")
        data = bytearray(file.read_bytes())
        data[len(data) // 3 :: 97] = bytes(len(data[len(data) // 3 :: 97]))
        file.write_bytes(data)
        np.testing.assert_array_equal(extractor.transform(faces), expected(extractor))


# In scikit-learn.


LABELS = np.array(["happy", "sad", "happy", "sad"])


@each_extractor
def test_in_a_pipeline(extractor, faces):
    model = make_pipeline(clone(extractor), StandardScaler(), LogisticRegression())
    assert set(model.fit(faces, LABELS).predict(faces)) <= {"happy", "sad"}
    assert model[:1].get_feature_names_out().shape == (model[-1].n_features_in_,)


@each_extractor
def test_in_cross_validation(extractor, faces):
    model = make_pipeline(clone(extractor), LogisticRegression())
    scores = cross_val_score(model, faces, LABELS, cv=2, error_score="raise")
    assert scores.shape == (2,)


@quick_extractors
def test_rows_that_scikit_learn_picks(expected, extractor, faces):
    rows = extractor.transform(_safe_indexing(faces, np.array([3, 0])))
    np.testing.assert_array_equal(rows, expected(extractor)[[3, 0]])


@each_extractor
def test_as_a_table_with_named_columns(expected, extractor, faces):
    table = clone(extractor).set_output(transform="pandas").fit_transform(faces)
    assert table.columns.tolist() == clone(extractor).fit(faces).get_feature_names_out().tolist()
    np.testing.assert_array_equal(table.to_numpy(), expected(extractor))


@pytest.mark.slow
def test_all_together_in_a_union_from_images_on(expected, astronaut, tiny):
    parts = [(f"part{i}", clone(extractor)) for i, extractor in enumerate(EXTRACTORS)]
    model = Pipeline([("faces", FaceAligner()), ("features", FeatureUnion(parts))])
    rows = model.fit([astronaut]).transform([astronaut])
    together = np.hstack([expected(extractor)[0] for extractor in EXTRACTORS])
    np.testing.assert_allclose(rows[0], together, atol=1e-6)
    names = model[-1].get_feature_names_out()
    assert len(set(names)) == rows.shape[1]
    assert model.set_params(faces__size=64).get_params()["faces__size"] == 64


def test_without_fit_in_a_pipeline(expected, astronaut):
    extractor = EXTRACTORS[0]
    rows = make_pipeline(FaceAligner(), clone(extractor)).transform([astronaut])
    np.testing.assert_array_equal(rows, expected(extractor)[:1])
    assert issubclass(type(extractor), FaceFeature)
