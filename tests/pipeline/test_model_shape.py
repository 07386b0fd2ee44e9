"""Every handcrafted model is a scikit-learn Pipeline, to be looked into and used as one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import sklearn
from joblib import Memory
from PIL import Image
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.svm import SVC

from happysad.features.faces.aligner import FaceAligner
from happysad.features.hog import Hog
from happysad.pipeline.models.registry import RECIPES, make_model
from happysad.utils.feature_cache import FeatureCache, cache_dir, use_feature_cache

BLOCKS = ["landmarks", "hog", "lbp", "bovw"]


@pytest.fixture(autouse=True)
def _store() -> Iterator[None]:
    """Features of the drawn faces are computed once."""
    with use_feature_cache(FeatureCache(cache_dir() / "shape")):
        yield


@pytest.fixture(scope="module")
def photos(tmp_path_factory, mouths) -> tuple[list[str], np.ndarray]:
    """Paths of 48 drawn faces and their labels."""
    folder: Path = tmp_path_factory.mktemp("photos")
    faces, labels = mouths(48, size=64)
    for number, crop in enumerate(faces.crops):
        Image.fromarray(crop).save(folder / f"{number:02d}.png")
    return sorted(map(str, folder.iterdir())), labels


@pytest.fixture(scope="module")
def fitted(photos):
    """``fitted(name)``: a recipe fitted on the drawn faces, and its answers to some of them."""
    kept = {}

    def fit(name):
        if name not in kept:
            model = make_model(name).fit(*photos)
            kept[name] = model, model.predict_proba(photos[0][:9])
        return kept[name]

    return fit


def test_what_is_printed_is_the_shape():
    shown = str(make_model("fusion-svm"))
    assert len(shown.splitlines()) > 20
    places = [shown.index(f"('{name}'") for name in ("faces", "features", "classifier")]
    assert places == sorted(places)
    inside = [shown.index(f"('{name}'") for name in BLOCKS]
    assert inside == sorted(inside)
    assert places[1] < inside[0] < inside[-1] < places[2]
    for part in ("FaceAligner", "FeatureUnion", "Hog", "ScaledPCA", "SVC("):
        assert part in shown
    assert "..." not in shown
    page = make_model("fusion-svm")._repr_html_()
    assert all(name in page for name in ("VisualWords", "CompactSVC", "LandmarkGeometry"))


def test_the_steps_are_scikit_learns(fitted):
    model, _ = fitted("fusion-svm")
    assert isinstance(model, Pipeline)
    assert isinstance(model["faces"], FaceAligner)
    assert isinstance(model["features"], FeatureUnion)
    assert [name for name, _ in model["features"].transformer_list] == BLOCKS
    (calibrated,) = model["classifier"].calibrated_classifiers_
    assert isinstance(calibrated.estimator, SVC)
    boosting, _ = fitted("landmarks-gb")
    assert isinstance(boosting["classifier"], HistGradientBoostingClassifier)


def test_blocks_count_by_their_weights(fitted, photos):
    model, _ = fitted("fusion-svm")
    faces, _ = model["augment"].fit_resample(model["faces"].transform(photos[0]), photos[1])
    rows = model["features"].transform(faces)  # of what they were learned on
    sides = [len(block[-1].components_) for _, block in model["features"].transformer_list]
    starts = np.cumsum([0, *sides])
    each = [rows[:, a:b].var(axis=0).sum() for a, b in pairwise(starts)]
    np.testing.assert_allclose(each, [0.20, 0.28, 0.24, 0.28], atol=0.01)
    assert sum(each) == pytest.approx(1, abs=0.01)


def test_every_column_has_a_name(fitted, photos):
    for name in ("fusion-svm", "hog-svm", "pixels-logreg"):
        model, _ = fitted(name)
        names = model[1:-1].get_feature_names_out()
        rows = model[1:-1].transform(model[0].transform(photos[0][:2]))
        assert len(set(names)) == len(names) == rows.shape[1]
    assert fitted("fusion-svm")[0][1:-1].get_feature_names_out()[0] == "landmarks__scaledpca0"


def test_a_grid_search_goes_through_on_paths(photos):
    grid = {
        "classifier__estimator__C": [0.5, 4.0],
        "features__hog__reduce__n_components": [3, 8],
    }
    search = GridSearchCV(make_model("hog-svm"), grid, cv=2, error_score="raise").fit(*photos)
    assert set(search.best_params_) == set(grid)
    assert search.best_score_ > 0.6
    best = search.best_estimator_
    assert (
        len(best["features"]["hog"]["reduce"].components_)
        == search.best_params_["features__hog__reduce__n_components"]
    )
    assert set(search.predict(photos[0][:4])) <= {"happy", "sad"}
    assert len(cross_val_predict(make_model("lbp-svm"), *photos, cv=2)) == 48


def test_parameters_are_set_and_cloned(photos):
    model = make_model("fusion-svm")
    model.set_params(features__hog__extract__cell=16, classifier__estimator__C=7.0)
    copy = clone(model)
    assert repr(copy) == repr(model)
    assert (
        copy["features"]["hog"]["extract"].get_params() == Hog(cell=16, symmetric=True).get_params()
    )
    assert copy.get_params()["classifier__estimator__C"] == 7.0
    with pytest.raises(ValueError, match="Invalid parameter 'no_such'"):
        model.set_params(features__hog__no_such=1)


@pytest.mark.parametrize(
    "name", ["hog-svm", pytest.param("landmarks-gb", marks=pytest.mark.slow), "pixels-logreg"]
)
def test_what_scikit_learn_is_told_to_give_changes_no_answer(name, fitted, photos):
    usual, expected = fitted(name)
    paths, labels = photos

    def same(model):
        np.testing.assert_allclose(model.predict_proba(paths[:9]), expected, atol=1e-9)
        np.testing.assert_array_equal(model.predict(paths[:9]), usual.predict(paths[:9]))

    with sklearn.config_context(transform_output="pandas"):
        same(usual)
        same(make_model(name).fit(paths, labels))
    same(make_model(name).set_output(transform="pandas").fit(paths, labels))
    with sklearn.config_context(enable_metadata_routing=True):
        same(usual)
        same(make_model(name).fit(paths, labels))
    with np.errstate(all="raise"):
        same(usual)
        same(make_model(name).fit(paths, labels))


def test_what_was_fitted_stays_in_the_memory_given(tmp_path, fitted, photos, monkeypatch):
    _, expected = fitted("hog-svm")
    for _ in range(2):
        model = make_model("hog-svm").set_params(memory=Memory(tmp_path, verbose=0))
        model.fit(*photos)
        np.testing.assert_allclose(model.predict_proba(photos[0][:9]), expected, atol=1e-9)
        monkeypatch.setattr(FaceAligner, "fit", None)  # the second time nothing is fitted again
    assert any(tmp_path.iterdir())


def test_read_only_pixels_are_read(fitted, photos):
    model, expected = fitted("hog-svm")
    images = [np.asarray(Image.open(path)) for path in photos[0]]
    for image in images:
        image.setflags(write=False)
    np.testing.assert_allclose(model.predict_proba(images[:9]), expected, atol=1e-9)
    labels = photos[1].copy()
    labels.setflags(write=False)
    again = make_model("hog-svm").fit(images, labels)
    np.testing.assert_allclose(again.predict_proba(images[:9]), expected, atol=1e-9)


@pytest.mark.parametrize("variant", ["+class-weight", "+oversample"])
def test_variants_have_the_shape_too(variant, photos):
    model = make_model("hog-svm" + variant).fit(*photos)
    added = ["oversample"] if variant == "+oversample" else []
    assert list(model.named_steps) == ["faces", *added, "augment", "features", "classifier"]
    assert (model.predict(photos[0]) == photos[1]).mean() > 0.8
    assert len(model[1:-1].get_feature_names_out()) == model["classifier"].n_features_in_


def test_every_recipe_ends_in_a_step_called_classifier():
    for name in RECIPES:
        names = list(make_model(name).named_steps)
        assert names[0] == "faces"
        assert names[-1] == "classifier"
        assert set(names) <= {"faces", "augment", "features", "classifier"}
        blocks = dict(getattr(make_model(name)[-2], "transformer_list", []))
        assert ("augment" in names) == bool({"hog", "lbp", "bovw"} & set(blocks))
