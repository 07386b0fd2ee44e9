"""What a run's folder holds, read for the figures and the report."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.tables.aggregate import pool, scored

if TYPE_CHECKING:
    import pandas as pd

TABLES = (
    "results", "predictions", "training", "intervals", "comparisons", "coverage",
    "operating_points", "spread",
)  # fmt: skip

TEXTS = frozenset((
    "dataset", "split", "condition", "model", "status", "reason", "settings", "image", "label",
    "group", "leaked", "face", "predicted", "images", "metric", "against", "against_is", "rule",
    "change", "features", "fitted_on", "tested_on",
))  # fmt: skip

FAMILIES_SHOWN = 6


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
        """One row a model, best accuracy first: counts summed and scores averaged over folds.

        Of several seeds the first. Models of which a fit failed are left out.
        Where ``intervals.csv`` has a value (from the pooled answers), that is the one shown.
        """
        rows = self.part("results", split)
        if rows.empty:
            return rows
        rows = rows[rows["condition"] == ""]
        failed = self["results"][self["results"]["status"] != "ok"]
        failed = failed[failed["condition"] == ""]
        rows = rows[(rows["seed"] == rows["seed"].min()) & ~rows["model"].isin(failed["model"])]
        made = [_one_row(own) for _, own in rows.groupby("model", sort=False)]
        for row in made:
            for score in self.intervals(row["model"], split or self.reported).to_dict("records"):
                row[score["metric"]] = score["value"]
        made.sort(key=lambda row: -row["accuracy"])
        scores: pd.DataFrame = type(rows)(made, columns=rows.columns)
        return scores

    def intervals(self, model: str, split: str = "", images: str = "all") -> pd.DataFrame:
        """The rows of ``intervals.csv`` of one model for one choice of images."""
        rows = self.part("intervals", split)
        if rows.empty:
            return rows
        return rows[(rows["model"] == model) & (rows["images"] == images)]

    def answers(self, split: str = "", model: str = "") -> pd.DataFrame:
        """Predictions for happy and sad faces: of the first seed, those of all folds together."""
        rows = self._pooled
        if rows.empty:
            return rows
        rows = scored(rows[rows["split"] == (split or self.reported)])
        return rows[rows["model"] == model] if model else rows

    @cached_property
    def _pooled(self) -> pd.DataFrame:
        """The answers that the derived tables are made of."""
        results, answers = self["results"], self["predictions"]
        return pool(results, answers) if len(results) and len(answers) else answers

    def shown(self, limit: int = FAMILIES_SHOWN) -> list[str]:
        """The models that a figure of lines shows: the best, the CNNs, the best of each family.

        Families are ranked by balanced accuracy on the validation part, or where there is none
        on the test part; the dummy is left out.
        """
        from happysad.experiments.reporting.figures.style import kind_of

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


def read_run(folder: Path) -> RunTables:
    """Read what is there of a run's folder.

    Raises
    ------
    OSError, ValueError
        A file cannot be read or was cut.
    """
    tables = {name: read_table(folder / f"{name}.csv") for name in TABLES}
    card = folder / "run.json"
    facts = json.loads(card.read_text(encoding="utf-8")) if card.exists() else {}
    return RunTables(folder, facts, tables)


def read_table(path: Path) -> pd.DataFrame:
    """Texts as they are, the other columns as float64 with NaN for nothing; absent: no rows."""
    import pandas as pd

    if not path.exists() or not path.stat().st_size:
        return pd.DataFrame()
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for name in frame.columns.difference(sorted(TEXTS)):
        frame[name] = [float(value) if value else math.nan for value in frame[name]]
    if path.stem in ("results", "predictions", "training") and "condition" not in frame:
        frame["condition"] = ""
    return frame


def _one_row(own: pd.DataFrame) -> dict[str, Any]:
    """The folds of one model as one row."""
    row = {str(key): value for key, value in own.iloc[0].items()}
    for name in own.columns.difference(sorted(TEXTS)):
        summed = name in ("tp", "fp", "fn", "tn", "n_test", "n_full_frame")
        row[str(name)] = own[name].sum() if summed else own[name].mean()
    return row
