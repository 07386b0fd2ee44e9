"""The README's tables are those of the results beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from happysad.experiments.result_table import markdown_table
from happysad.experiments.run_folder import read_rows
from happysad.pipeline.models import RECIPES

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["demo", "fer2013"])
def test_each_table_is_what_the_run_wrote(name: str):
    (shown,) = re.findall(rf"<!-- table: {name} -->\n(.*?)\n+<!-- end -->", README, re.DOTALL)
    assert shown.strip() == markdown_table(read_rows(ROOT / "docs" / "results" / f"{name}.csv"))


def test_every_model_is_named():
    for name, recipe in RECIPES.items():
        assert f"| `{name}` | {recipe.summary} |" in README
