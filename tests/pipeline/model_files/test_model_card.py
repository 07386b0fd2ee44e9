"""The card beside a model file, by itself; ``test_model_file.py`` has the round trips."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from happysad.pipeline.model_files.model_card import (
    FORMAT,
    LICENCE_5,
    LICENCE_68,
    LICENCE_RESNET,
    LICENCE_YUNET,
    advice,
    card_path,
    library_versions,
    licences,
    plain,
    read_card,
)
from happysad.pipeline.models.registry import RECIPES, make_model
from happysad.utils.errors import UserError

CARD = {"format": FORMAT, "sha256": "abc", "versions": {}, "probe": []}


def test_the_whole_name_of_the_model_stays_in_that_of_the_card():
    assert card_path("runs/run.joblib") == Path("runs/run.joblib.json")
    assert card_path("model") == Path("model.json")


def test_plain_values_are_what_json_knows():
    value = {
        1: np.float32(0.5),
        "counts": np.arange(2),
        "path": Path("a"),
        "nan": float("nan"),
        "inf": np.inf,
        "flag": np.bool_(True),
        "deep": ({"x": np.int64(3)}, None, {"only"}),
    }
    expected = {
        "1": 0.5,
        "counts": [0, 1],
        "path": "a",
        "nan": None,
        "inf": None,
        "flag": True,
        "deep": [{"x": 3}, None, ["only"]],
    }
    assert plain(value) == expected
    assert json.loads(json.dumps(plain(value), allow_nan=False)) == expected


def test_versions_are_those_installed():
    versions = library_versions()
    assert versions["numpy"] == np.__version__
    assert {"python", "scikit-learn", "opencv", "dlib", "happysad"} <= set(versions)
    assert "torch" not in versions


def test_advice_names_what_differs_and_how_to_mend_it():
    here = library_versions()
    assert advice({"versions": here}) == "copy both files again or train it anew"
    text = advice({"versions": {**here, "opencv": "4.0.1", "python": "3.0.0"}})
    assert "saved with python 3.0.0, opencv 4.0.1" in text or (
        "saved with opencv 4.0.1, python 3.0.0" in text
    )
    assert "pip install opencv-python-headless==4.0.1, or train it anew" in text


def test_licences_follow_from_the_weights_that_a_recipe_uses():
    for name, recipe in RECIPES.items():
        sentences = licences(make_model(name))
        points = LICENCE_68 if recipe.predictor == "68" else LICENCE_5
        network = [LICENCE_RESNET] if name == "embedding-svm" else []
        assert sentences == [LICENCE_YUNET, points, *network], name


def test_a_whole_card_is_read(tmp_path):
    (tmp_path / "m.joblib.json").write_text(json.dumps({**CARD, "name": "mein Modell ü"}), "utf-8")
    assert read_card(tmp_path / "m.joblib")["name"] == "mein Modell ü"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "has no card"),
        ("{", "is damaged"),
        ("[]", "is not the card"),
        (json.dumps({**CARD, "format": FORMAT + 1}), "upgrade happysad"),
        (json.dumps({**CARD, "format": "1"}), "is not the card"),
        (json.dumps({**CARD, "sha256": 3}), "is not the card"),
        (json.dumps({**CARD, "probe": None}), "is not the card"),
    ],
)
def test_what_is_no_card_is_one_sentence(tmp_path, text, words):
    (tmp_path / "m.joblib").touch()
    if text is not None:
        (tmp_path / "m.joblib.json").write_text(text)
    with pytest.raises(UserError, match=words) as raised:
        read_card(tmp_path / "m.joblib")
    assert "\n" not in str(raised.value)


def test_of_a_model_that_is_not_there_nobody_misses_the_card(tmp_path):
    with pytest.raises(UserError, match=r"there is no model file .*m\.joblib"):
        read_card(tmp_path / "m.joblib")
