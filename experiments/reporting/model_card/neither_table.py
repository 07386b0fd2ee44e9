"""What the shipped models make of faces that are neither happy nor sad: table and figure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.formats import Cells, number
from happysad.experiments.reporting.html.tables import thresholds
from happysad.pipeline.data.records import LABELS
from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.evaluation.neutral_band import COVERAGE, KINDS, NEUTRAL, rejected_shares
from happysad.pipeline.model_files.card_thresholds import default_entry

COVERAGES = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
"""Shares of happy and sad faces that are to be answered at least."""


def neither_table(folds: pd.DataFrame, shipped: pd.DataFrame) -> pd.DataFrame:
    """``neither.csv``: a row for each model and each of ``COVERAGES``.

    The thresholds are chosen on the cross-validated predictions of happy and sad faces and those of
    the shipped model on faces of the val part that are neither, and tried on the test part. No row
    without neutral faces.

    Parameters
    ----------
    folds, shipped : pandas.DataFrame
        Rows of ``predictions.csv``: cross-validated, and by the models as they are shipped.
    """
    rows: list[dict[str, Any]] = []
    for (model, dataset), own in folds.groupby(["model", "dataset"], sort=False):
        answers = shipped[(shipped["model"] == model) & (shipped["dataset"] == dataset)]
        chosen = pd.concat([own, answers[answers["split"] == "val neither"]])
        test = answers[answers["split"].isin(["test", "test neither"])]
        if (chosen["label"] == NEUTRAL).any():
            rows += [{"model": model, "dataset": dataset, **row} for row in _rows(chosen, test)]
    return pd.DataFrame(rows, columns=columns_of("shipped/neither"))


def _rows(chosen: pd.DataFrame, test: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """A row for each coverage, of one model."""
    labels, p_happy = chosen["label"].tolist(), chosen["p_happy"].tolist()
    asked = test[test["label"].isin(LABELS)]
    for coverage in COVERAGES:
        entry = default_entry(labels, p_happy, coverage)
        band = RejectBand(entry["low"], entry["high"])
        answered = float((band.predict(asked["p_happy"].to_numpy()) != "unsure").mean())
        tried = rejected_shares(test["label"].tolist(), test["p_happy"].tolist(), band)
        yield {
            "least_coverage": coverage,
            "n": int(chosen["label"].isin(LABELS).sum()),
            "n_neutral": int((chosen["label"] == NEUTRAL).sum()),
            "low": band.low,
            "high": band.high,
            "coverage": entry["coverage"],
            **{f"rejected_{kind}": entry["rejected"].get(kind) for kind in KINDS},
            "n_test": len(asked),
            "n_test_neutral": int((test["label"] == NEUTRAL).sum()),
            "n_test_other": int((~test["label"].isin(KINDS)).sum()),
            "test_coverage": answered,
            **{f"test_rejected_{kind}": tried.get(kind) for kind in KINDS},
        }


def default_rows(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``neither.csv`` whose thresholds are the default."""
    return table[table["least_coverage"] == COVERAGE]


def default_of(row: dict[Any, Any]) -> dict[str, Any]:
    """The card's entry for the default, from a row of ``neither.csv``."""
    rejected = {kind: row[f"rejected_{kind}"] for kind in KINDS}
    known = {kind: float(share) for kind, share in rejected.items() if pd.notna(share)}
    return {name: float(row[name]) for name in ("low", "high", "coverage")} | {"rejected": known}


def neither_lines(table: pd.DataFrame) -> Cells:
    """What the default does on the test part, for the card."""
    lines = [["model", "sad below", "happy from", *(f"unsure: {kind}" for kind in KINDS)]]
    for row in default_rows(table).to_dict("records"):
        shares = [number(row[f"test_rejected_{kind}"]) or "-" for kind in KINDS]
        lines.append([f"`{row['model']}`", *thresholds(row), *shares])
    return lines
