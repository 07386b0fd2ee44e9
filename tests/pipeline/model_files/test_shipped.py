"""The models that come with the package: found by name, whole, small, and what they claim."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from happysad.pipeline.cnn.weights_file import PRETRAINED
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.model_files.model_card import LICENCE_5, LICENCE_68, LICENCE_YUNET
from happysad.pipeline.model_files.model_file import card_path, load_model, read_card
from happysad.pipeline.model_files.shipped import DEFAULT, FOLDER, NETWORKS, SHIPPED, model_path
from happysad.pipeline.prediction.predict import load_any
from happysad.utils.errors import UserError

LARGEST = 30_000_000


def test_names_and_files():
    assert DEFAULT == "stack"
    assert model_path("stack") == FOLDER / "stack.joblib"
    assert model_path("cnn-pretrained") == FOLDER / "cnn-pretrained.onnx"
    assert model_path("./stack") == Path("stack")
    assert model_path(Path("stack")) == Path("stack")
    assert model_path("mine.joblib") == Path("mine.joblib")
    assert model_path("some/stack") == Path("some/stack")


def test_unknown_words_list_the_names():
    with pytest.raises(UserError) as caught:
        model_path("texturesvm")
    message = str(caught.value)
    assert "did you mean texture-svm?" in message
    assert "stack, texture-svm and cnn-pretrained" in message
    assert "./" not in message
    with pytest.raises(UserError, match="no model named ''"):
        model_path("")


def test_a_file_without_a_suffix_is_pointed_to(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine").touch()
    with pytest.raises(UserError, match=r"\(\./mine for the file of that name here\)"):
        model_path("mine")


def test_together_they_are_small():
    files = [model_path(name) for name in (*SHIPPED, *NETWORKS)]
    names = [name for path in files for name in (path.name, card_path(path).name)]
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted([*names, PRETRAINED.name])
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= LARGEST


@pytest.mark.parametrize("name", [*SHIPPED, *NETWORKS])
def test_each_is_whole_and_reads_faces(name):
    model = load_any(name)  # checks its hash and its answers to the probe
    images, labels = make_demo_faces(40, random_state=77)
    probabilities = model.predict_proba(list(images))
    right = model.classes_[probabilities.argmax(axis=1)] == labels
    assert right.mean() > 0.7
    assert np.abs(probabilities.sum(axis=1) - 1).max() < 1e-9


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("stack", LICENCE_5),
        ("texture-svm", LICENCE_5),
        ("cnn-pretrained", LICENCE_5),
    ],
)
def test_its_card_states_the_terms(name, terms):
    card = read_card(name)
    assert {terms, LICENCE_YUNET} <= set(card["licences"])
    assert LICENCE_68 not in card["licences"]
    assert card["probe"]
    assert card["model"] == name


def test_a_file_of_that_name_here_does_not_hide_the_shipped_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("stack").write_text("mine")
    assert load_model("stack").classes_.tolist() == ["happy", "sad"]
    with pytest.raises(UserError, match="stack has no card"):
        load_model("./stack")


def test_the_network_is_no_joblib_file():
    with pytest.raises(UserError, match=r"is in ONNX format, .* from pretrained"):
        load_model("cnn-pretrained")


def test_the_network_is_the_pretrained_weights():
    """Written of other weights, it would answer otherwise than fine-tuning begins."""
    pytest.importorskip("torch")
    from happysad.pipeline.cnn.classifier import find_cnn

    model = load_any("cnn-pretrained")
    faces = model[0].transform(list(make_demo_faces(12, random_state=78)[0]))
    expected = find_cnn("pretrained").predict_proba(faces)
    np.testing.assert_allclose(model[-1].predict_proba(faces), expected, atol=1e-4)
