"""The tables of pages and the results beside them, written from a run."""

from __future__ import annotations

import json
import shutil

import pytest

from happysad.experiments.reporting.model_card import publish as module
from happysad.experiments.reporting.model_card.publish import fill_tables, publish
from happysad.experiments.reporting.tables.result_table import run_cells
from happysad.experiments.reporting.tables.run_tables import read_run
from happysad.utils.errors import UserError
from happysad.utils.tables import markdown

PAGE = """# Mine
<!-- table: mine models -->
old
<!-- end -->
<!-- table: other models -->
theirs

<!-- end -->
"""


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A checkout that is not ours."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(PAGE)
    (tmp_path / "docs" / "benchmarks.md").write_text(PAGE.replace("mine", "other"))
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "RESULTS", tmp_path / "docs" / "results")
    return tmp_path


def test_tables_are_written_from_the_run(root, small_run):
    assert publish("mine", small_run) == ["docs/results/mine", "README.md: mine models"]
    page = (root / "README.md").read_text("utf-8")
    assert page == PAGE.replace("old", markdown(run_cells(read_run(small_run))))
    assert fill_tables(page, "mine") == (page, ["models"])
    kept = {file.name for file in (root / "docs" / "results" / "mine").iterdir()}
    assert {"results.csv", "intervals.csv", "run.json"} <= kept
    assert not kept & {"predictions.csv", "training.csv"}


def test_the_figures_that_pages_show_are_copied(root, small_run):
    (small_run / "figures").mkdir(exist_ok=True)
    for name in ("robustness.png", "other.png"):
        (small_run / "figures" / name).write_bytes(name.encode())
    publish("mine", small_run)
    assert [file.name for file in root.rglob("docs/**/*.png")] == ["robustness.png"]


def test_only_finished_runs_are_published(root, small_run, tmp_path):
    facts = json.loads((small_run / "run.json").read_text("utf-8"))
    (small_run / "run.json").write_text(json.dumps({**facts, "state": "running"}))
    with pytest.raises(UserError, match="is not finished"):
        publish("mine", small_run)
    with pytest.raises(UserError, match="is not the folder of a run"):
        publish("mine", tmp_path)
    assert (root / "README.md").read_text("utf-8") == PAGE


def test_an_unknown_kind_is_one_sentence():
    with pytest.raises(UserError, match="there is no table 'modles'"):
        fill_tables(PAGE.replace("mine models", "mine modles"), "mine")


def test_the_card_and_its_tables_are_written_from_the_results(tmp_path, monkeypatch):
    root, results = module.ROOT, shutil.copytree(module.RESULTS, tmp_path / "results")
    (results / "shipped" / "tables.md").unlink()
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "RESULTS", results)
    assert module.write_card() == "MODEL_CARD.md"
    for written, kept in (
        (tmp_path / "MODEL_CARD.md", root / "MODEL_CARD.md"),
        (results / "shipped" / "tables.md", root / "docs/results/shipped/tables.md"),
    ):
        assert written.read_bytes() == kept.read_bytes()
