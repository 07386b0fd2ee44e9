"""Models answer as ever whatever the program around them has set for scikit-learn and NumPy."""

from __future__ import annotations

import warnings

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from PIL import Image
from skimage.data import astronaut

from happysad.features.faces.face_batch import Faces
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.explain.explanation import explain
from happysad.pipeline.model_files.model_file import load_model, save_model
from happysad.pipeline.models.registry import make_model
from happysad.pipeline.prediction.predict import predict_images

SET = {
    "pandas": lambda: sklearn.config_context(transform_output="pandas"),
    "routing": lambda: sklearn.config_context(enable_metadata_routing=True),
    "errstate": lambda: np.errstate(all="raise"),
}


@pytest.fixture(scope="module")
def shown():
    """24 built-in faces that cannot be written to, and their labels."""
    images, labels = make_demo_faces(24, random_state=5)
    images.setflags(write=False)
    return list(images), labels


@pytest.fixture(scope="module")
def model(shown):
    return make_model("landmarks-svm").fit(*shown)


def answers(model, photo):
    """What a model says of a photo: the table, the map, and the features with their effects."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        told = explain(model, photo)
        return predict_images([photo], model), told.map, told.features


def same(one, two):
    for a, b in zip(one, two, strict=True):
        compare = pd.testing.assert_frame_equal
        (compare if isinstance(a, pd.DataFrame) else np.testing.assert_allclose)(a, b, rtol=1e-6)


def test_a_shipped_model_is_loaded_and_answers(photo):
    expected = predict_images([photo], "texture-svm")
    for around in SET.values():
        with around(), warnings.catch_warnings():
            warnings.simplefilter("error")
            pd.testing.assert_frame_equal(predict_images([photo], "texture-svm"), expected)


@pytest.mark.parametrize(
    "name",
    [
        "pixels-logreg",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("landmarks-svm", "landmarks-gb")),
        pytest.param("cnn-small", marks=pytest.mark.slow),
    ],
)
def test_a_model_is_fitted_saved_and_loaded(name, shown, photo, tmp_path):
    if name == "cnn-small":
        pytest.importorskip("torch")

    def fitted():
        model = make_model(name)
        if name == "cnn-small":
            model.set_params(classifier__epochs=1, classifier__input_size=16)
        return model.fit(*shown)

    expected = answers(fitted(), photo)
    for key, around in SET.items():
        with around():
            path = save_model(fitted(), tmp_path / f"{key}.joblib", selfcheck_images=shown[0][:2])
            same(answers(load_model(path), photo), expected)


def test_set_output_changes_tables_and_no_answers(shown, model, photo):
    tables = make_model("landmarks-svm").set_output(transform="pandas").fit(*shown)
    same(answers(tables, photo), answers(model, photo))
    assert isinstance(tables.predict_proba(shown[0]), np.ndarray)
    assert isinstance(tables[:-1].transform(shown[0][:2]), pd.DataFrame)


def test_a_model_in_a_file_mapped_to_memory(model, shown, photo, tmp_path):
    joblib.dump(model, tmp_path / "plain.joblib")
    mapped = joblib.load(tmp_path / "plain.joblib", mmap_mode="r")
    assert isinstance(mapped[-2].transformer_list[0][1][-1].mean_, np.memmap)
    same(answers(mapped, photo), answers(model, photo))
    np.testing.assert_array_equal(mapped.predict(shown[0]), model.predict(shown[0]))


def test_arrays_that_cannot_be_written_to_are_left_as_they_are(model):
    photo = astronaut()[:320]
    expected = answers(model, photo.copy())
    photo.setflags(write=False)
    same(answers(model, photo), expected)
    faces = model[0].transform([photo])
    for part in vars(faces).values():
        part.setflags(write=False)
    assert isinstance(faces, Faces)
    assert model[1:].predict_proba(faces)[0, 0] == pytest.approx(expected[0]["p_happy"].iloc[0])


def test_a_picture_of_pillows_is_answered_as_its_file_is(model, photo):
    with Image.open(photo) as picture:
        frame = predict_images([picture, photo], model)
        assert frame["image"].tolist() == ["image 0", str(photo)]
        assert frame["p_happy"].nunique() == 1
        assert explain(model, picture).p_happy == pytest.approx(frame["p_happy"].iloc[0])
        np.testing.assert_array_equal(model.predict_proba([picture]), model.predict_proba([photo]))
        palette = picture.convert("P")
    np.testing.assert_array_equal(
        model.predict_proba([palette]), model.predict_proba([palette.convert("RGB")])
    )
