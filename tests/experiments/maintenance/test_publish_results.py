"""The README's tables, written from a run."""

from __future__ import annotations

import json
import shutil

import pytest

from happysad.experiments.maintenance import publish_results as module
from happysad.experiments.maintenance.publish_results import filled, publish
from happysad.experiments.reporting.tables.result_table import markdown, run_cells
from happysad.experiments.reporting.tables.run_tables import read_run
from happysad.utils.errors import UserError

PAGE = """# Mine
<!-- table: mine models -->
old
<!-- end -->
<!-- table: other models -->
theirs

<!-- end -->
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A README and a folder of results that are not ours."""
    (tmp_path / "README.md").write_text(PAGE)
    for name, path in (("ROOT", ""), ("README", "README.md"), ("RESULTS", "docs/results")):
        monkeypatch.setattr(module, name, tmp_path / path)
    return tmp_path


@pytest.fixture
def run(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "run")


def test_tables_are_written_from_the_run(place, run):
    written = publish("mine", run)
    assert written == ["docs/results/mine", "README: mine models"]
    expected = markdown(run_cells(read_run(run)))
    page = (place / "README.md").read_text("utf-8")
    assert page == PAGE.replace("old", expected)
    assert filled(page, "mine") == (page, ["models"])
    kept = {file.name for file in (place / "docs" / "results" / "mine").iterdir()}
    assert {"results.csv", "intervals.csv", "run.json"} <= kept
    assert not kept & {"predictions.csv", "training.csv"}


def test_only_finished_runs_are_published(place, run, tmp_path):
    told = json.loads((run / "run.json").read_text("utf-8"))
    (run / "run.json").write_text(json.dumps({**told, "state": "running"}))
    with pytest.raises(UserError, match="is not finished"):
        publish("mine", run)
    with pytest.raises(UserError, match="is not the folder of a run"):
        publish("mine", tmp_path)
    assert (place / "README.md").read_text("utf-8") == PAGE


def test_an_unknown_kind_is_one_sentence():
    with pytest.raises(UserError, match="there is no table 'modles'"):
        filled(PAGE.replace("mine models", "mine modles"), "mine")
