"""Numbers as tables and sentences show them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

Cells = list[list[str]]
"""A table as texts, header first."""

LEVEL = 0.05
"""Of significance, of a corrected p-value."""

HARDLY, COULD = "hardly chance", "could be chance"


def number(value: float | None) -> str:
    """Three decimals; nothing where there is no number."""
    return "" if value is None or math.isnan(value) else f"{value:.3f}"


def score_name(metric: str) -> str:
    """What tables and figures call a column of scores: "AUC", "F1 happy", "precision"."""
    names = {"roc_auc": "AUC", "brier": "Brier", "predict_ms": "ms/image"}
    plain = metric.removesuffix("_macro").replace("_", " ").replace("f1", "F1")
    return names.get(metric, plain)


def with_interval(value: float, low: float, high: float, *, sign: str = "") -> str:
    """A value with the ends of its interval; without brackets where the interval is not known.

    Examples
    --------
    >>> with_interval(0.9361, 0.923, 0.948)
    '0.936 [0.923, 0.948]'
    >>> with_interval(0.01, -0.002, 0.022, sign="+")
    '+0.010 [-0.002, +0.022]'
    """
    if math.isnan(value):
        return ""
    ends = "" if math.isnan(low) else f" [{low:{sign}.3f}, {high:{sign}.3f}]"
    return f"{value:{sign}.3f}{ends}"


def p_cell(p: float) -> str:
    """A p-value with three decimals, and no number below 0.001."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def p_text(p: float) -> str:
    """The same in a sentence: "p < 0.001" or "p = 0.012"."""
    return f"p {'' if p < 0.001 else '= '}{p_cell(p)}"


def verdict(row: Mapping[Any, Any]) -> str:
    """A row of ``comparisons.csv`` in words: hardly chance only where both its measures say so.

    These are the p-value after correction for the number of comparisons, and the interval of the
    difference, which counts images of one person together.
    """
    outside = math.isnan(row["low"]) or row["low"] > 0 or row["high"] < 0
    return HARDLY if row["p_value_holm"] < LEVEL and outside else COULD


def frame_cells(frame: pd.DataFrame) -> list[list[str]]:
    """Header and rows of any frame as texts."""
    header = [str(name) for name in frame.columns]
    rows = frame.itertuples(index=False)
    return [header, *([cell(*pair) for pair in zip(header, row, strict=True)] for row in rows)]


def cell(column: str, value: Any) -> str:
    """A value as text: times (``_s``, ``_ms``) to one decimal, counts whole, others to three."""
    if value is None or value != value or str(value) == "<NA>":
        return ""
    if not isinstance(value, float) or math.isinf(value):
        return str(value)
    if column.endswith(("_s", "_ms")):
        return f"{value:.1f}"
    return f"{value:.0f}" if column.startswith("n_") or column == "n" else f"{value:.3f}"
