"""The tables of the model card."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from happysad.experiments.reporting.model_card.card_tables import (
    data_lines,
    data_name,
    file_lines,
    model_lines,
    reliability_lines,
    score_lines,
    threshold_lines,
)
from happysad.experiments.reporting.tables.run_tables import read_table

RESULTS = Path(__file__).resolve().parents[4] / "docs" / "results" / "shipped"
NAMES = json.loads((RESULTS / "card.json").read_text("utf-8"))["config"]["called"]
TEST = "FER2013 PrivateTest"


def table(name: str) -> pd.DataFrame:
    return read_table(RESULTS / f"{name}.csv")


def test_images_have_names():
    assert data_name({"dataset": "fer2013", "split": "test"}, NAMES) == TEST
    assert data_name({"dataset": "news grey", "split": "test"}, NAMES) == "news grey"


def test_models_and_what_they_cost():
    about = {"bytes": 1_234_567, "summary": "what it is", "sha256": "abc"}
    models = {"stack": about, "texture-svm": about}
    lines = model_lines(models, table("results"))
    assert [line[:3] for line in lines[1:]] == [
        [f"`{name}`", "what it is", "1.2 MB"] for name in models
    ]
    assert all(float(cell) >= 0 for line in lines[1:] for cell in line[3:])
    assert file_lines(models)[1] == ["`stack.joblib`", "1,234,567", "`abc`"]


def test_data():
    tested = table("tested")
    lines = data_lines(tested, NAMES)
    assert lines[1][0].startswith("FER2013 Training")  # what is fitted on comes first
    (own,) = [line for line in lines if line[0] == TEST]
    assert own[1] == "1,473"
    assert sum(int(cell.replace(",", "")) for cell in own[2:4]) == 1473
    assert all(0 <= float(cell) <= 1 for line in lines[1:] for cell in line[5:])
    assert len(lines) == 1 + len(tested)


def test_scores_of_all_images_and_of_the_subsets_of_the_test_part():
    scores = table("scores")
    lines = score_lines(scores, NAMES, subsets=True)
    assert lines[0][:4] == ["model", "tested on", "images", "n"]
    whole = [line for line in lines[1:] if line[2] == "all"]
    assert len(whole) == 2 * 4
    assert all("[" in line[5] for line in whole)
    leaked = [line[:2] for line in lines if line[2] == "leaked"]
    assert leaked == [[f"`{model}`", TEST] for model in ("stack", "texture-svm")]
    assert score_lines(scores, NAMES, subsets=False)[1:] == [[*x[:2], *x[3:]] for x in whole]


def test_reliability_of_what_is_tested_on():
    header, *lines = reliability_lines(table("reliability"), NAMES)
    assert header[2:] == ["0.0 to 0.2", "0.2 to 0.4", "0.4 to 0.6", "0.6 to 0.8", "0.8 to 1.0"]
    assert len(lines) == 2 * 3
    own = next(line for line in lines if line[:2] == ["`stack`", TEST])
    counts = [cell.split(" of ")[1] for cell in own[2:] if cell != "-"]
    assert sum(int(count.replace(",", "")) for count in counts) == 1473


def test_thresholds():
    rows = table("thresholds")
    lines = threshold_lines(rows)
    assert all(len(line) == len(lines[0]) for line in lines)
    assert lines[-1][:2] == ["`texture-svm`", "0.1"]
    assert threshold_lines(rows.assign(test_fdr_sad=float("nan")))[-1][-1] == "-"
    assert threshold_lines(rows.assign(low=0.0, high=1.1))[1][2:4] == ["never", "never"]
