"""Labels and parameters that cannot be are refused before the slow work."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

from happysad.features.faces.aligner import FaceAligner
from happysad.features.pixels import Pixels
from happysad.pipeline.estimators.checks import check_labels, check_parameters
from happysad.pipeline.estimators.face_model import FaceModel
from happysad.pipeline.models.recipe import tuned
from happysad.pipeline.models.registry import RECIPES, make_model
from happysad.utils.errors import UserError

BOTH = ["happy", "sad"] * 6

WRONG = {
    "multiclass: happy, neutral, sad": [*BOTH[:-1], "neutral"],
    "inconsistent numbers of samples: .12, 9.": BOTH[:9],
    "Input y contains NaN": pd.Series([*BOTH[:-1], np.nan]),
    "y contains NaN.": [*BOTH[:-1], None],
    r"shape \(12, 2\)": [["happy", "sad"]] * 12,
    r"got \['happy'\]": ["happy"] * 12,
    "Mix of label input types": [*BOTH[:-1], 1],
    "continuous": np.linspace(0, 1, 12),
    "target y is None": None,
    r"got \[\]|inconsistent": [],
}


@pytest.fixture
def faces():
    """Twelve faces of noise, told apart by their brightness."""
    noise = np.random.default_rng(0).integers(0, 100, (12, 96, 96))
    noise[::2] += 100
    return FaceAligner(detector=False).transform(list(noise.astype(np.uint8)))


def test_labels_that_cannot_be(faces):
    for words, y in WRONG.items():
        with pytest.raises(ValueError, match=words):
            check_labels(faces, y)


def test_labels_of_any_container_are_the_same(faces):
    series = pd.Series(BOTH, index=range(90, 78, -1))
    for y in (BOTH, tuple(BOTH), np.array(BOTH, object), series, series.astype("category")):
        labels = check_labels(faces, y)
        assert labels.dtype == "<U5"
        assert labels.tolist() == BOTH
    zero_one = [0, 1] * 6
    for y in (zero_one, np.array(zero_one), np.array(zero_one, object)):
        assert check_labels(faces, y).tolist() == zero_one
    assert check_labels(faces, [True, False] * 6).dtype == bool


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_refuses_them_before_the_slow_work(name, faces, monkeypatch):
    if name.startswith("cnn"):
        pytest.importorskip("torch")
    monkeypatch.setattr(FaceAligner, "transform", lambda *_: pytest.fail("looked for faces"))
    model = make_model(name)
    for words, y in WRONG.items():
        with pytest.raises(ValueError, match=words):
            model.fit(["a.jpg"] * 12, y)
        with pytest.raises(ValueError, match=words):
            model[1:].fit(faces, y)


def test_cross_validation_refuses_them(faces):
    model = make_model("pixels-logreg")[1:]
    three = [*BOTH[:6], *["neutral", "sad", "happy"] * 2]
    with pytest.raises(ValueError, match="multiclass"):
        cross_val_score(model, faces, three, cv=2, error_score="raise")
    assert cross_val_score(model, faces, BOTH, cv=2, error_score="raise").tolist() == [1.0, 1.0]


def test_0_and_1_and_bool_are_fitted_and_answered(faces):
    for y in ([0, 1] * 6, np.array([False, True] * 6), pd.Series(BOTH, index=range(5, 17))):
        model = make_model("pixels-logreg")[1:].fit(faces, y)
        assert model.predict(faces).tolist() == list(y)


def test_a_bare_image_is_named_before_the_labels_are_counted():
    with pytest.raises(UserError, match=r"give a list of images, as in \['a.jpg'\]"):
        make_model("dummy").fit("a.jpg", BOTH)


SETTINGS = {
    "hog-svm": {
        "classifier__estimator__C": [-1, "big"],
        "classifier__estimator__gamma": ["big"],
        "classifier__class_weight": ["even"],
        "classifier__cv__n_splits": [0, 1.5],
        "features__hog__extract__cell": [0, 200],
        "features__hog__reduce__n_components": [0, 2.5],
        "features__hog": ["x"],
        "features__n_jobs": ["x"],
        "features__transformer_weights": ["x"],
        "features": ["x"],
        "classifier": ["x", "passthrough"],
    },
    "fusion-gb": {"classifier__learning_rate": [-1, "x"], "classifier__max_iter": [0, 2.5]},
    "pixels-logreg": {"classifier__C": [0, "x"], "classifier__solver": ["x"]},
    "lbp-svm": {"features__lbp__extract__grid": [0, 90], "features__lbp__extract__radius": [0]},
    "cnn-small": {"classifier__epochs": [-1, "x"], "classifier__architecture": ["large"]},
}


@pytest.mark.parametrize("recipe", SETTINGS)
def test_values_in_a_recipe_are_told_by_the_parameters_full_name(recipe):
    for name, values in SETTINGS[recipe].items():
        for value in values:
            with pytest.raises(UserError) as raised:
                tuned(RECIPES[recipe], {name: value})
            text = str(raised.value)
            assert "\n" not in text
            assert name in text or repr(value) in text, text
            if "__" in name and value != "x":
                assert name.removesuffix("__cell").removesuffix("__grid") in text
    tuned(RECIPES["hog-svm"], {"classifier__estimator__C": 3, "features__hog__extract__cell": 8})


def test_commands_end_with_the_sentence(tmp_path, demo_data, refused):
    recipe = tmp_path / "r.toml"
    for line in ("classifier__estimator__C = -1", "features__hog__extract__cell = 0"):
        recipe.write_text(f'base = "hog-svm"\n[parameters]\n{line}\n', "utf-8")
        name, _, value = line.partition(" = ")
        for message in (
            refused(
                "train", "--data", demo_data, "--model", recipe, "--out", tmp_path / "m.joblib"
            ),
            refused("compare", "--data", demo_data, "--models", recipe, "--out", tmp_path / "run"),
        ):
            assert message.startswith(f"happysad: the recipe {recipe}: {name} must be ")
            assert message.endswith(f"Got {value} instead.")
    assert [path.name for path in tmp_path.iterdir()] == ["r.toml"]


def test_the_pipelines_own_parameters_are_not_dropped_in_silence():
    for name in ("memory", "steps", "verbose"):
        with pytest.raises(UserError, match=f"the model has no parameter '{name}'"):
            tuned(RECIPES["hog-svm"], {name: "x"})


def test_options_of_the_face_stage_are_checked_when_the_model_is_made():
    for options, says in (
        ({"size": -1}, r"faces__size must be an int in the range \[16, inf\). Got -1"),
        ({"predictor": "7"}, "faces__predictor must be a str among .* Got '7'"),
        ({"min_score": 2}, "faces__min_score must be a float"),
        ({"size": 20}, "features__hog__extract: a HOG block .* exceeds 20 pixels"),
        ({"color": True}, "features__hog__extract: Hog takes grey crops"),
        ({"sise": 96}, "the face stage has no parameter 'sise'"),
        ({"random_state": "x"}, "random_state must be .* Got 'x'"),
    ):
        with pytest.raises(UserError, match=says):
            make_model("hog-svm", **options)


def test_values_set_later_are_told_before_any_face_is_looked_for(monkeypatch):
    monkeypatch.setattr(FaceAligner, "transform", lambda *_: pytest.fail("looked for faces"))
    model = make_model("hog-svm").set_params(classifier__estimator__C=-1)
    with pytest.raises(UserError, match=r"^classifier__estimator__C must be"):
        model.fit(["a.jpg"] * 12, BOTH)


def test_what_is_right_is_left_as_it_was():
    model = FaceModel([("features", Pixels()), ("classifier", LogisticRegression())])
    before = repr(clone(model).get_params())
    check_parameters(model)
    check_parameters(make_model("fusion-svm"))
    assert repr(model.get_params()) == before
    assert not hasattr(model[0], "crop_size_")
