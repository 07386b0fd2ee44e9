"""Features with names, and what they speak for."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.features.faces.aligner import FaceAligner
from happysad.features.landmarks import EXPRESSIONS
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.estimators.feature_blocks import log_odds_happy
from happysad.pipeline.explain.attribution_maps import linear_terms
from happysad.pipeline.explain.face_regions import REGIONS
from happysad.pipeline.explain.feature_names import COLUMNS, named_features, typical_shape
from happysad.pipeline.explain.landmark_counterfactuals import DESCRIPTIONS
from happysad.pipeline.models.registry import make_model


@pytest.fixture(scope="module")
def demo():
    images, labels = make_demo_faces(90, random_state=12)
    return FaceAligner().transform(list(images)), labels


@pytest.fixture(scope="module")
def fitted(demo):
    """``fitted(name)``: a recipe fitted on 80 built-in faces."""
    kept = {}

    def fit(name):
        if name not in kept:
            model = make_model(name, random_state=0)
            model[1:].fit(demo[0][:80], demo[1][:80])
            kept[name] = model
        return kept[name]

    return fit


def test_measures_of_the_landmarks(fitted, demo):
    model, face = fitted("landmarks-svm"), demo[0][81]
    frame = named_features(model, face)
    assert list(frame.columns) == COLUMNS
    assert set(EXPRESSIONS) < set(frame["name"])
    assert (np.diff(frame["effect"].abs()) <= 0).all()
    assert not frame["effect"].isna().any()
    row = frame.set_index("name").loc["mouth_width"]
    points = face.landmarks[0]
    between = np.hypot(*(points[42:48].mean(axis=0) - points[36:42].mean(axis=0)))
    width = np.hypot(*(points[54] - points[48])) / between
    assert row["value"] == pytest.approx(width, abs=0.02)
    above = row["value"] > row["typical"]
    assert row["description"] == DESCRIPTIONS["mouth_width"][0 if above else 1]
    assert 0.6 < row["typical"] < 1.3


def test_a_smile_speaks_for_happy(fitted, demo):
    """On average over happy faces, what their mouths do adds to happy; of sad ones it takes."""
    faces, labels = demo
    sums = {"happy": [], "sad": []}
    for face, label in zip(faces[80:], labels[80:], strict=True):
        frame = named_features(fitted("landmarks-svm"), face).set_index("name")
        sums[label].append(frame.loc["landmarks mouth", "effect"])
    assert np.mean(sums["happy"]) > 0 > np.mean(sums["sad"])


def test_the_typical_shape_is_the_mean_of_the_training_faces(fitted, demo):
    shape = typical_shape(fitted("landmarks-svm"))
    assert shape.shape == (68, 2)
    np.testing.assert_allclose(shape[36:48].mean(axis=0), 0, atol=0.01)
    assert shape[27:, 1].max() == shape[57, 1]
    assert typical_shape(fitted("hog-svm")) is None


@pytest.mark.slow
@pytest.mark.xfail(
    strict=True,
    reason="columns of LandmarkGeometry that the mirror mean leaves at rounding noise",
)
def test_a_mirrored_face_has_the_same_features(fitted, demo, mirrored):
    model, face = fitted("fusion-svm"), demo[0][82]
    one, other = (named_features(model, f).set_index("name") for f in (face, mirrored(face)))
    assert len(one) == 12 + 5 + 6 + 6 + 6
    difference = (one["effect"] - other["effect"].reindex(one.index)).abs().max()
    assert difference < 0.05 * one["effect"].abs().max()


def test_regions_of_columns(fitted, demo):
    frame = named_features(fitted("hog-svm"), demo[0][83])
    assert set(frame["name"]) == {f"hog {region}" for region in REGIONS}
    assert (frame["effect"] != 0).all()
    assert frame[["value", "typical"]].isna().all(axis=None)
    assert "mouth: gradients (HOG)" in set(frame["description"])
    frame = named_features(fitted("bovw-svm"), demo[0][83])
    assert set(frame["name"]) == {f"bovw {region}" for region in REGIONS}
    assert "mouth: visual words" in set(frame["description"])


def test_regions_of_a_linear_model_add_up(fitted, demo):
    model, face = fitted("pixels-logreg"), demo[0][84]
    total = named_features(model, face)["effect"].sum()
    assert total == pytest.approx(linear_terms(model, face)[0].sum(), abs=1e-4)


@pytest.mark.slow
def test_a_model_without_columns_has_its_regions_covered(cnn_model, demo):
    frame = named_features(cnn_model, demo[0][85])
    assert set(frame["name"]) == {f"picture {region}" for region in REGIONS}


@pytest.mark.slow
def test_no_model_is_changed(fitted, demo):
    model, face = fitted("fusion-svm"), demo[0][86]
    before = log_odds_happy(model, face)[0]
    first = named_features(model, face)
    assert log_odds_happy(model, face)[0] == before
    assert named_features(model, face).equals(first)
