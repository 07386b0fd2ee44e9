"""What a run's folder holds, read for the figures and the report."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from happysad.experiments.reporting.columns import TEXTS
from happysad.experiments.reporting.figures.model_styles import kind_of
from happysad.experiments.reporting.formats import number
from happysad.experiments.reporting.tables.aggregate import labelled, pool
from happysad.experiments.reporting.tables.interval_table import interval_text
from happysad.utils.atomic_files import atomic_write

TABLES = (
    "results", "predictions", "training", "intervals", "comparisons", "face_detection",
    "operating_points", "spread", "summary",
)  # fmt: skip

SIZES = ("n_test", "n_full_frame")
COUNTS = ("tp", "fp", "fn", "tn")
"""Columns of results.csv that are summed over folds, where scores are averaged."""


@dataclass(frozen=True)
class RunTables:
    """The tables of a run's folder; one that is absent has no rows.

    Parameters
    ----------
    folder : Path
    facts : dict
        What ``run.json`` says.
    tables : dict of str to DataFrame
        A frame for each name of ``TABLES``.

    Examples
    --------
    >>> from pathlib import Path
    >>> run = RunTables(Path("runs/mine"), {"best": "hog-svm"}, {})
    >>> run.best
    'hog-svm'
    """

    folder: Path
    facts: dict[str, Any]
    tables: dict[str, pd.DataFrame]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    @property
    def best(self) -> str:
        """The model chosen on the validation part; "" where none was."""
        return str(self.facts.get("best", ""))

    @property
    def reported(self) -> str:
        """The part that is shown: test, or val where images were held out in folds."""
        results = self["results"]
        return "test" if results.empty or results["split"].eq("test").any() else "val"

    def part(self, name: str, split: str = "") -> pd.DataFrame:
        """The rows of one table for one part of the data; the reported one where none is named."""
        rows = self[name]
        return rows[rows["split"] == (split or self.reported)] if len(rows) else rows

    def scores(self, split: str = "") -> pd.DataFrame:
        """One row a model, best accuracy first: counts summed, scores averaged over folds, seeds.

        ``n_test`` is the number of images, of one seed. Models of which a fit failed are left out.
        Where ``intervals.csv`` has a value (from the pooled predictions), that is the one shown.
        """
        rows = self.part("results", split)
        if rows.empty:
            return rows
        rows = rows[rows["condition"] == ""]
        results = self["results"]
        failed = results.loc[results["status"].ne("ok") & results["condition"].eq(""), "model"]
        rows = rows[~rows["model"].isin(failed)]
        if rows.empty:
            return rows
        over_fits = {
            name: "first"
            if name in {*TEXTS, "seed"}
            else "sum"
            if name in SIZES + COUNTS
            else _mean
            for name in rows.columns.drop("model")
        }
        by_model = rows.sort_values("seed", kind="stable").groupby("model", sort=False)
        scores = by_model.agg(over_fits)
        scores[[*SIZES]] = scores[[*SIZES]].div(by_model["seed"].nunique(), axis=0)
        pooled = self.part("intervals", split)
        if len(pooled):
            pooled = pooled[pooled["images"] == "all"].drop_duplicates(["model", "metric"])
            scores.update(pooled.pivot(index="model", columns="metric", values="value"))
        scores = scores.sort_values("accuracy", ascending=False, kind="stable").reset_index()
        return pd.DataFrame(scores, columns=rows.columns)

    @property
    def seeds(self) -> int:
        """How many seeds every model was fitted with."""
        results = self["results"]
        return int(results["seed"].nunique()) if "seed" in results else 0

    @property
    def folds(self) -> int:
        """In how many folds the images were cut; 0 where they were not."""
        results = self["results"]
        return int(results["fold"].max()) if len(results) and "fold" in results else 0

    def score_text(self, model: str, metric: str, images: str = "all") -> str:
        """``0.960 [0.931, 0.982]``; without the brackets where no interval is known."""
        text = interval_text(self["intervals"], model, metric, self.reported, images)
        if text or images != "all":
            return text
        scores = self.scores()
        own = scores[scores["model"] == model]
        return number(own[metric].iloc[0]) if len(own) and metric in own else ""

    def predictions(self, model: str = "") -> pd.DataFrame:
        """Predictions for happy and sad faces: of the first seed, those of all folds together."""
        rows = self._pooled
        if rows.empty:
            return rows
        rows = labelled(rows[rows["split"] == self.reported])
        return rows[rows["model"] == model] if model else rows

    @cached_property
    def _pooled(self) -> pd.DataFrame:
        results, predictions = self["results"], self["predictions"]
        return pool(results, predictions) if len(results) and len(predictions) else predictions

    def shown(self, limit: int = 6) -> list[str]:
        """The models that a figure of lines shows: the best, the CNNs, the best of each family.

        Families are ranked by balanced accuracy on the validation part, or where there is none
        on the test part; the dummy is left out.
        """
        scores = self.scores("val")
        scores = self.scores() if scores.empty else scores
        if scores.empty:
            return []
        ranked = scores.sort_values("balanced_accuracy", ascending=False, kind="stable")
        names = [str(name) for name in ranked["model"] if kind_of(str(name)) != "chance"]
        firsts: dict[str, str] = {}
        for name in names:
            firsts.setdefault(name.partition("+")[0].rpartition("-")[0], name)
        cnns = [name for name in names if kind_of(name) == "cnn" and "+" not in name]
        wanted = dict.fromkeys([self.best, *cnns, *firsts.values()])
        return [name for name in wanted if name in names][:limit]


def _mean(values: pd.Series[float]) -> float:
    return values.mean()


def read_run(folder: Path) -> RunTables:
    """Read what is there of a run's folder.

    Raises
    ------
    OSError, ValueError
        A file cannot be read or was cut.

    Examples
    --------
    >>> from pathlib import Path
    >>> read_run(Path("no such folder")).scores().empty
    True
    """
    tables = {name: read_table(folder / f"{name}.csv") for name in TABLES}
    card = folder / "run.json"
    facts = json.loads(card.read_text(encoding="utf-8")) if card.exists() else {}
    return RunTables(folder, facts, tables)


def read_table(path: Path) -> pd.DataFrame:
    """Texts as they are, the other columns as float64 with NaN for nothing; absent: no rows."""
    if not path.exists() or not path.stat().st_size:
        return pd.DataFrame()
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for name in frame.columns.difference(sorted(TEXTS)):
        frame[name] = [float(value) if value else math.nan for value in frame[name]]
    if path.stem in ("results", "predictions", "training") and "condition" not in frame:
        frame["condition"] = ""
    return frame


def write_table(table: pd.DataFrame, path: Path, digits: int | None = None) -> None:
    """Write a CSV file, whole or not at all, its numbers to some digits or as they are."""
    with atomic_write(path) as beside:
        table.to_csv(beside, index=False, float_format=f"%.{digits}g" if digits else None)
