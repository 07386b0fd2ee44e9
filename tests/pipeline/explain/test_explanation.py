"""What in a face speaks for happy."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut, coffee

from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.explain.explanation import explain
from happysad.pipeline.explain.feature_names import COLUMNS
from happysad.pipeline.model_files.model_file import load_model
from happysad.pipeline.models.registry import make_model
from happysad.pipeline.prediction.predict import predict_images
from happysad.utils.errors import UserError


def _fitted(name, n=40):
    images, labels = make_demo_faces(n, random_state=2)
    return make_model(name, random_state=0).fit(list(images), labels)


@pytest.fixture(scope="module")
def model(model_file):
    return load_model(model_file)


def test_the_prediction_is_that_of_predict_images(model, photo):
    explanation = explain(model, photo)
    row = predict_images([photo], model).iloc[0]
    assert explanation.p_happy == pytest.approx(row["p_happy"])
    assert explanation.label == row["label"]
    assert explanation.box == tuple(row[["left", "top", "right", "bottom"]])
    assert explanation.crop.shape == explanation.map.shape == (96, 96)
    assert explanation.landmarks.shape == (68, 2)
    assert explanation.method == "occlusion"
    assert np.isnan(explanation.intercept)
    assert len(explanation.features) > 12
    # The smile: most of the map's weight is in the lower half.
    assert np.abs(explanation.map[48:]).sum() > np.abs(explanation.map[:48]).sum()


def test_pixels_are_explained_exactly(photo):
    model = _fitted("pixels-logreg")
    explanation = explain(model, photo)
    assert explanation.method == "exact"
    logit = np.log(explanation.p_happy / (1 - explanation.p_happy))
    assert explanation.map.sum() + explanation.intercept == pytest.approx(logit, abs=1e-5)
    assert explanation.landmarks.shape == (5, 2)
    outer = explanation.landmarks[[2, 0], 0].mean(), explanation.landmarks[[2, 0], 1].mean()
    assert outer == pytest.approx((47.5, 30.2), abs=2)  # the line of the eyes


def test_a_model_that_does_not_look(photo):
    explanation = explain(_fitted("dummy"), photo)
    assert explanation.method == "none"
    assert (explanation.map == 0).all()
    assert len(explanation.features) == 0
    assert list(explanation.features.columns) == COLUMNS


@pytest.mark.slow
def test_a_cnn_is_explained_through_its_predictions(cnn_model, photo):
    explanation = explain(cnn_model, photo)
    assert explanation.method == "occlusion"
    assert np.abs(explanation.map).max() > 0
    assert len(explanation.features) == 6


@pytest.mark.slow
def test_colour_crops_are_explained(photo):
    pytest.importorskip("torch")
    images, labels = make_demo_faces(24, random_state=5)
    model = make_model("cnn-small", random_state=0, color=True)
    model.set_params(classifier__input_size=16, classifier__epochs=1, classifier__n_threads=1)
    explanation = explain(model.fit(list(images), labels), photo)
    assert explanation.crop.shape == (96, 96, 3)
    assert explanation.map.shape == (96, 96)


def test_one_of_two_faces(model):
    half = astronaut()[:320, 100:400]
    both = np.concatenate([half, half[::2, ::2].repeat(2, 0).repeat(2, 1)], axis=1)
    first, second = (explain(model, both, face=number) for number in (0, 1))
    assert abs(first.box[0] - second.box[0]) > 200
    with pytest.raises(UserError, match="no face 2 in the image: there are 2 faces"):
        explain(model, both, face=2)


def test_tight_crops(model):
    blank = np.full((96, 96), 128, np.uint8)
    with pytest.raises(UserError, match="no face found in the image"):
        explain(model, blank)
    explanation = explain(model, blank, crops=True)
    assert np.isfinite(explanation.map).all()


def test_bad_images_are_one_sentence(model, tmp_path, photo):
    text, cup = tmp_path / "text.jpg", tmp_path / "cup.png"
    text.write_text("no picture")
    Image.fromarray(coffee()).save(cup)
    with pytest.raises(UserError, match=r"text\.jpg: it is not an image"):
        explain(model, text)
    with pytest.raises(UserError, match=r"no face found in .*cup.png: .*add --crops"):
        explain(model, cup)
    with pytest.raises(UserError, match="there is 1 face, numbered from 0"):
        explain(model, photo, face=1)


def test_within_the_band_it_is_unsure(model, photo):
    assert explain(model, photo, band=RejectBand(0.0, 1.01)).label == "unsure"
