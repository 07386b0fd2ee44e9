"""The README's tables are those of the results beside it."""

from __future__ import annotations

from pathlib import Path

from happysad.experiments.reporting.model_card.publish import TABLE, fill_tables
from happysad.pipeline.models.registry import RECIPES

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_each_table_is_what_the_run_wrote():
    again, kinds = fill_tables(README)
    assert again == README
    assert len(kinds) == README.count("<!-- table:") == len(TABLE.findall(README))
    assert "models" in kinds


def test_every_run_is_shown():
    shown = {run for _, run, _, _ in TABLE.findall(README)}
    assert shown == {folder.name for folder in (ROOT / "docs" / "results").iterdir()}


def test_every_model_is_named():
    for name, recipe in RECIPES.items():
        assert f"| `{name}` | {recipe.summary} |" in README
