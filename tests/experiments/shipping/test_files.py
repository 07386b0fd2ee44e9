"""Where a run keeps its models, and whether they are whole."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.runner.best_model import is_saved
from happysad.experiments.shipping.data import read_ship_data
from happysad.experiments.shipping.files import add_thresholds, shipped_file
from happysad.experiments.shipping.ship import ship_tasks
from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.evaluation.neutral_band import KINDS
from happysad.pipeline.model_files.card_thresholds import applied_reject_band, card_reject_band
from happysad.pipeline.model_files.model_card import card_path, read_card
from happysad.utils.console import silent


@pytest.fixture(scope="module")
def task(ship_config):
    return ship_tasks(ship_config, read_ship_data(ship_config, silent))[0]


@pytest.mark.slow
def test_a_whole_model_of_the_same_settings_is_saved(task, shipped_run, tmp_path):
    assert is_saved(shipped_file(shipped_run, task.model), task)
    run = tmp_path / "run"
    assert not is_saved(shipped_file(run, task.model), task)
    shutil.copytree(shipped_run / "models", run / "models")
    assert is_saved(shipped_file(run, task.model), task)
    path = shipped_file(run, task.model)
    card = read_card(path)
    card_path(path).write_text(json.dumps(card | {"settings": "others"}))
    assert not is_saved(shipped_file(run, task.model), task)
    card_path(path).write_text(json.dumps(card))
    path.write_bytes(path.read_bytes()[:-1])
    assert not is_saved(shipped_file(run, task.model), task)


@pytest.mark.slow
def test_thresholds_go_on_the_cards_and_leave_the_rest(shipped_run, tmp_path, task):
    run = shutil.copytree(shipped_run, tmp_path / "run")
    before = read_card(shipped_file(run, task.model))
    row = {"model": [task.model], "n": [3], "low": [0.1], "high": [0.6], "coverage": [0.9]}
    thresholds = pd.DataFrame(row | {"max_error": [0.05]})
    add_thresholds(run, thresholds, pd.DataFrame(columns=columns_of("shipped/neither")))
    after = read_card(shipped_file(run, task.model))
    assert card_reject_band(after, 0.05) == RejectBand(0.1, 0.6)
    assert {**after, "unsure": 0} == {**before, "unsure": 0}
    kinds = {f"rejected_{kind}": [0.2] for kind in KINDS}
    neither = pd.DataFrame(row | kinds | {"least_coverage": [0.85], "low": [0.3]})
    add_thresholds(run, thresholds, neither)
    assert applied_reject_band(read_card(shipped_file(run, task.model))) == RejectBand(0.3, 0.6)
    assert is_saved(shipped_file(run, task.model), task)
