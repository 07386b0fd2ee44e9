"""What can be asked about images, and what is refused in one sentence wherever a model is taken."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from happysad.features.faces.aligner import FaceAligner
from happysad.features.hog import Hog
from happysad.features.lbp import Lbp
from happysad.features.pixels import Pixels
from happysad.pipeline.cnn.onnx_export import export_onnx
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.estimators.fitted_model import check_model, predict_p_happy
from happysad.pipeline.explain.explanation import explain
from happysad.pipeline.model_files.model_file import load_model, save_model
from happysad.pipeline.models.registry import make_model
from happysad.pipeline.prediction.predict import predict_images
from happysad.pipeline.tracking.tracker import FaceTracker
from happysad.utils.errors import UserError


@pytest.fixture(scope="module")
def shown():
    """24 built-in faces and their labels."""
    images, labels = make_demo_faces(24, random_state=5)
    return list(images), labels


def by_hand(*steps):
    """As a user makes one from our parts."""
    names = [("features", steps[0])] + [(f"step{i}", step) for i, step in enumerate(steps[1:])]
    return Pipeline([("faces", FaceAligner(predictor="5")), *names])


@pytest.fixture(scope="module")
def wrong(shown):
    """What is no model, by the words of the sentence that says so."""
    images, labels = shown
    plain = make_model("pixels-logreg")
    search = GridSearchCV(plain, {"classifier__C": [0.01]}, cv=2)
    return {
        "this is None": None,
        "this is int": 7,
        "this is GridSearchCV: take the search's .best_estimator_": search.fit(images, labels),
        "this is CalibratedClassifierCV": CalibratedClassifierCV(plain, cv=2).fit(images, labels),
        "this is LogisticRegression": LogisticRegression(),
        "begins with features, FeatureUnion": search.best_estimator_[1:],
        "with predict_proba, which LinearSVC has not": by_hand(Pixels(), LinearSVC()),
        "call its fit first": plain,
        "but on 0, 1": make_model("pixels-logreg").fit(images, (labels == "sad").astype(int)),
    }


def test_one_sentence_wherever_a_model_is_taken(wrong, tmp_path, photo):
    takers = [
        check_model,
        lambda model: save_model(model, tmp_path / "m.joblib"),
        lambda model: predict_images([photo], model),
        lambda model: explain(model, photo),
        FaceTracker,
    ]
    for words, model in wrong.items():
        for take in takers:
            with pytest.raises(UserError) as raised:
                take(model)
            assert words in str(raised.value)
            assert "\n" not in str(raised.value)
        with pytest.raises(UserError, match=r"^[^\n]*$"):
            export_onnx(model, tmp_path / "m.onnx")
    assert not list(tmp_path.iterdir())
    predict_images([photo], wrong[next(w for w in wrong if "Grid" in w)].best_estimator_)


@pytest.mark.parametrize(
    ("method", "steps"),
    [
        ("occlusion", (Hog(), LogisticRegression(max_iter=500))),
        ("occlusion", (Pixels(12), StandardScaler(), CalibratedClassifierCV(SVC(), cv=2))),
        pytest.param(
            "occlusion",
            (FeatureUnion([("hog", Hog()), ("lbp", Lbp())]), RandomForestClassifier(20)),
            marks=pytest.mark.slow),
        ("exact", (FeatureUnion([("a", make_pipeline(Pixels(12), StandardScaler()))]),
                   LogisticRegression())),
    ],
    ids=["hog", "scaled pixels", "union", "block"],
)  # fmt: skip
def test_a_pipeline_made_by_hand_is_a_model(method, steps, shown, tmp_path, photo):
    model = by_hand(*steps).fit(*shown)
    (row,) = predict_images([photo], model).to_dict("records")
    explanation = explain(model, photo)
    assert explanation.p_happy == pytest.approx(row["p_happy"])
    assert explanation.method == method
    assert np.isfinite(explanation.map).all()
    assert np.abs(explanation.map).max() > 0
    assert len(explanation.features) > 0
    path = save_model(model, tmp_path / "mine.joblib", selfcheck_images=shown[0][:2])
    again = load_model(path)
    np.testing.assert_array_equal(again.predict_proba(shown[0]), model.predict_proba(shown[0]))
    assert len(FaceTracker(again).update(shown[0][0], 0.0)) <= 1


def test_other_mistakes_of_a_call_are_sentences_too(photo):
    for call, says in (
        (lambda: predict_images(None), "give a list of images, not NoneType"),
        (lambda: predict_images([None]), "an image is a path, bytes, .* not NoneType"),
        (lambda: predict_images([photo], max_error="x"), "a share between 0 and 1 .*, not x"),
        (lambda: predict_images([photo], n_jobs=0), "n_jobs is a number of threads.* not 0"),
        (lambda: load_model(None), "a model is named by its file or its name, not by None"),
        (lambda: make_model(None), "a recipe is named by a text such as 'hog-svm', not None"),
    ):
        with pytest.raises(UserError, match=says):
            call()


@pytest.mark.parametrize("classes", [["happy", "sad"], ["sad", "happy"]])
def test_the_column_is_that_of_happy(classes):
    model = LogisticRegression().fit([[0.0], [1.0]], ["sad", "happy"])
    order = [list(model.classes_).index(label) for label in classes]

    class Reordered:
        classes_ = np.array(classes, object)

        def predict_proba(self, X):
            return model.predict_proba(X)[:, order].astype(np.float32)

    p = predict_p_happy(Reordered(), [[0.0], [0.4], [1.0]])
    assert p.dtype == np.float64
    np.testing.assert_allclose(p, model.predict_proba([[0.0], [0.4], [1.0]])[:, 0], rtol=1e-6)
    assert p[0] < 0.5 < p[2]


def test_a_model_without_happy_is_an_error():
    model = LogisticRegression().fit([[0.0], [1.0]], ["angry", "sad"])
    with pytest.raises(ValueError, match="happy"):
        predict_p_happy(model, [[0.0]])
