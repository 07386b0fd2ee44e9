"""The tables of the README and of other pages are those of the results beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from happysad.experiments.reporting.model_card.publish import PAGES, TABLE, fill_tables
from happysad.pipeline.models.registry import RECIPES

ROOT = Path(__file__).resolve().parent.parent


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_each_table_is_what_the_run_wrote(page):
    text = text_of(page)
    again, kinds = fill_tables(text)
    assert again == text
    assert len(kinds) == text.count("<!-- table:") == len(TABLE.findall(text)) > 0


def test_every_run_is_shown():
    shown = {run for page in PAGES for _, run, _, _ in TABLE.findall(text_of(page))}
    assert shown == {folder.name for folder in (ROOT / "docs" / "results").iterdir()}


def test_every_model_is_named():
    page = text_of("docs/choosing-a-model.md")
    for name, recipe in RECIPES.items():
        assert f"| `{name}` | {recipe.summary} |" in page


def test_the_readme_is_read_in_ten_minutes():
    assert len(text_of("README.md").splitlines()) <= 200
