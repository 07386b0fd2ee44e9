"""The pre-trained CNN as a model of the package."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from happysad.experiments.shipping.pretrained import NAME, SUMMARY, publish_pretrained
from happysad.pipeline.data.dataset import load_data
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.model_files.model_card import LICENCE_5, LICENCE_YUNET, read_card
from happysad.pipeline.models.registry import make_model
from happysad.pipeline.prediction.predict import load_any

pytest.importorskip("torch")
pytest.importorskip("onnx")


def test_neutral_faces_of_val_choose_the_default(demo_data, tmp_path):
    data = shutil.copytree(demo_data, tmp_path / "forty")
    for part in ("val", "test"):
        shutil.copytree(data / part / "sad", data / part / "neutral")
    lines: list[str] = []
    card = read_card(publish_pretrained(str(data), tmp_path / "c.onnx", log=lines.append))
    assert set(card["default"]["rejected"]) == {"happy", "sad", "neutral"}
    assert lines[-1].startswith("unsure by default, of the test part: 0.")
    assert lines[-1].endswith(" of neutral faces")


def test_it_answers_as_the_weights_do_and_its_card_says_what_it_is(demo_data, tmp_path):
    path = publish_pretrained(str(demo_data), tmp_path / "c.onnx", ["Terms of the data."])
    images, labels = make_demo_faces(12, random_state=6)
    expected = make_model(NAME).set_params(classifier__epochs=0).fit(list(images), labels)
    p = load_any(path).predict_proba(list(images))
    np.testing.assert_allclose(p, expected.predict_proba(list(images)), atol=1e-4)
    card = read_card(path)
    assert (card["model"], card["summary"], card["dataset"]) == (NAME, SUMMARY, "forty")
    assert card["data"] == load_data(str(demo_data)).hash
    assert card["licences"] == [LICENCE_YUNET, LICENCE_5, "Terms of the data."]
    assert list(card["metrics"]) == ["forty val", "forty test"]
    assert 0.5 < card["metrics"]["forty test"]["roc_auc"] <= 1
    assert isinstance(card["unsure"], list)
    assert "default" not in card  # there are no neutral faces
    assert len(card["probe"]) == 4
    assert card["network"]["architecture"] == "resnet"
