"""The list of models."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from happysad.commands import models
from happysad.pipeline.model_files.shipped import NETWORKS, SHIPPED
from happysad.pipeline.models.registry import RECIPES

RESULTS = Path(__file__).parents[3] / "docs" / "results" / "fer2013" / "results.csv"


def test_the_table_has_every_model_and_the_shipped_ones_first(happysad):
    lines = happysad("models").stdout.splitlines()
    names = [line.split()[0] for line in lines[1 : len(RECIPES) + 1]]
    assert set(names) == set(RECIPES)
    assert names[:3] == [*SHIPPED, *NETWORKS]
    assert "shipped, " in lines[1]
    assert "happysad train --data FOLDER --model NAME" in "\n".join(lines)


def test_as_json_to_a_file_or_printed(happysad, tmp_path):
    rows = json.loads(happysad("models", "--json", "-").stdout)
    happysad("models", "--json", tmp_path / "models.json")
    assert json.loads((tmp_path / "models.json").read_text("utf-8")) == rows
    by_name = {row["model"]: row for row in rows}
    assert by_name["stack"]["shipped"]
    assert by_name["stack"]["megabytes"] > 1
    assert by_name["hog-svm"]["needs"] == []
    assert by_name["cnn-small"]["needs"] == ["torch", "skorch"]
    assert by_name["cnn-resnet18"]["needs"][-1] == "torchvision"
    assert by_name["embedding-svm"]["milliseconds"] is None
    assert any("iBUG" in line for line in by_name["fusion-svm"]["licences"])


def test_terms_follow_from_what_a_model_is_made_of():
    terms = {row["model"]: row["terms"] for row in models.list_models()}
    assert terms["landmarks-svm"] == terms["fusion-gb"] == "no commercial use"
    assert terms["hog-svm"] == terms["cnn-small"] == "free"
    assert terms["bovw-svm"] == terms["stack"] == terms["texture-svm"] == "FER2013"


def test_what_is_missing_is_told(monkeypatch):
    monkeypatch.setattr(models, "find_spec", lambda name: None if name == "torch" else name)
    rows = {row["model"]: row for row in models.list_models()}
    assert rows["cnn-small"]["missing"] == ["torch"]
    assert models._here(rows["cnn-small"]) == "recipe, needs torch"
    assert models._here(rows["cnn-pretrained"]).startswith("shipped, ")


@pytest.mark.parametrize("name", [name for name, r in RECIPES.items() if r.milliseconds])
def test_costs_are_about_those_of_the_run_on_fer2013(name):
    runs = pd.read_csv(RESULTS)
    row = runs[(runs["model"] == name) & (runs["split"] == "test")].iloc[0]
    recipe = RECIPES[name]
    assert recipe.milliseconds == pytest.approx(row["predict_ms"], rel=0.5)
    assert recipe.cost == pytest.approx(row["fit_s"], rel=0.5, abs=1)
