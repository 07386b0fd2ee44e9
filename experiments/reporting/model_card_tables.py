"""The tables of the model card, as texts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.interval_table import interval_text
from happysad.experiments.reporting.shipped_tables import of_place
from happysad.experiments.ship_units import ALONE, FOLDS, SHIPPED, WITHOUT

if TYPE_CHECKING:
    import pandas as pd

Cells = list[list[str]]
SHOWN = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "roc_auc": "AUC",
    "brier": "Brier",
    "calibration_error": "calibration error",
}
IMAGES = ("all", "not leaked", "leaked")
STATUS = ("face found", "no face found")


@dataclass(frozen=True)
class Names:
    """What the card calls the places that models were tested on.

    Attributes
    ----------
    called : mapping
        Of the settings: "fer2013 test" to "FER2013 PrivateTest".
    official : collection of str
        Pieces with parts of their own; of the others all images are tested on.
    """

    called: Mapping[str, str]
    official: Collection[str]

    def of(self, row: Mapping[Any, Any]) -> str:
        """The name of a row's ``dataset`` and ``split``."""
        name, split = str(row["dataset"]), str(row["split"])
        if row["condition"] == FOLDS or name not in self.official:
            return name
        return self.called.get(f"{name} {split}", f"{name}, {split} part")

    def with_how(self, row: Mapping[Any, Any]) -> str:
        """The same, and whether the images were held out in folds."""
        return self.of(row) + (", cross-validated" if row["condition"] == FOLDS else "")


def data_lines(tested: pd.DataFrame, names: Names) -> Cells:
    """What was fitted on, held out once each in cross-validation, and what was tested on."""
    lines = [["data", "used for", "images", "happy", "sad", "people or pictures"]]
    uses = {FOLDS: "fitting (and cross-validation)", SHIPPED: "testing only"}
    for condition, use in uses.items():
        for row in tested[tested["condition"] == condition].to_dict("records"):
            numbers = [f"{row[name]:,.0f}" for name in ("n", "happy", "sad", "groups")]
            lines.append([names.of(row), use, *numbers])
    return lines


def weight_lines(weights: pd.DataFrame) -> Cells:
    """What an image of each format and class counts."""
    lines = [["format", "class", "images", "each counts", "share of all"]]
    for row in weights.to_dict("records"):
        numbers = [f"{row['n']:,.0f}", f"{row['weight']:.3f}", f"{row['share']:.3f}"]
        lines.append([row["dataset"], row["label"], *numbers])
    return lines


def score_lines(scores: pd.DataFrame, start: str, names: Names) -> Cells:
    """``SHOWN`` of all places of the conditions that start so, with and without leaked images."""
    lines = [["model", "fitted", "tested on", "images", "n", *SHOWN.values()]]
    matching = scores["condition"].str.startswith(start) & (scores["metric"] == "roc_auc")
    if start == FOLDS:
        matching &= scores["condition"] == FOLDS
    kept = scores[matching & scores["images"].isin(IMAGES)]
    for row in kept.sort_values("model", kind="stable").to_dict("records"):
        own = of_place(scores, row["condition"], row["dataset"])
        texts = [
            interval_text(own, row["model"], metric, row["split"], row["images"])
            for metric in SHOWN
        ]
        where = [_fitted(row["condition"]), names.of(row), row["images"]]
        lines.append([f"`{row['model']}`", *where, f"{row['n']:,.0f}", *texts])
    return _without_idle(lines, "fitted", "images")


def status_lines(scores: pd.DataFrame, names: Names) -> Cells:
    """The shipped models where a face was found and where none was."""
    lines = [["model", "tested on", "images", "n", "accuracy", "balanced accuracy", "AUC"]]
    kept = scores[
        scores["condition"].isin([SHIPPED, FOLDS])
        & scores["images"].isin(STATUS)
        & (scores["metric"] == "roc_auc")
    ]
    for row in kept.sort_values("model", kind="stable").to_dict("records"):
        own = of_place(scores, row["condition"], row["dataset"])
        texts = [
            interval_text(own, row["model"], metric, row["split"], row["images"])
            for metric in ("accuracy", "balanced_accuracy", "roc_auc")
        ]
        name = names.with_how(row)
        lines.append([f"`{row['model']}`", name, row["images"], f"{row['n']:,.0f}", *texts])
    return lines


def found_lines(tested: pd.DataFrame, names: Names) -> Cells:
    """In how many images of each class the detector finds a face."""
    lines = [["data", "happy", "sad"]]
    for row in tested[tested["condition"].isin([FOLDS, SHIPPED])].to_dict("records"):
        shares = [
            f"{row[f'face_found_{label}'] / max(row[label], 1):.3f}" for label in ("happy", "sad")
        ]
        lines.append([names.of(row), *shares])
    return lines


def reliability_lines(table: pd.DataFrame, names: Names) -> Cells:
    """Faces in each part of p_happy and the share of them that is happy, with its interval."""
    axes = ["model", "condition", "dataset", "split"]
    lines: Cells = []
    for _, own in table.groupby(axes, sort=False):
        rows = own.to_dict("records")
        if not lines:
            spans = [f"{row['low']:.1f} to {row['high']:.1f}" for row in rows]
            lines.append(["model", "tested on", *spans])
        name = names.with_how(rows[0])
        lines.append([f"`{rows[0]['model']}`", name, *(_share(row) for row in rows)])
    return lines


def _share(row: Mapping[Any, Any]) -> str:
    if not row["n"]:
        return "-"
    low, high = row["share_low"], row["share_high"]
    return f"{row['share_happy']:.2f} [{low:.2f}, {high:.2f}] of {row['n']:,.0f}"


def cost_lines(results: pd.DataFrame, models: Mapping[str, Any]) -> Cells:
    """CPU time to fit and to answer one image from its file, as the run measured them."""
    lines = [["model", "images fitted on", "CPU s to fit", "CPU ms an image, from file to answer"]]
    for name in models:
        own = results[(results["model"] == name) & (results["condition"] == SHIPPED)]
        for row in own.head(1).to_dict("records"):
            numbers = [f"{row['n_train']:,.0f}", f"{row['fit_s']:.0f}", f"{row['predict_ms']:.1f}"]
            lines.append([f"`{name}`", *numbers])
    return lines


def _fitted(condition: str) -> str:
    if condition.startswith(ALONE):
        return f"on {condition.removeprefix(ALONE)}"
    return condition if condition.startswith(WITHOUT) else ""


def _without_idle(lines: Cells, *names: str) -> Cells:
    """The table without those of the columns that hold one text only."""
    idle = [
        i
        for i, name in enumerate(lines[0])
        if name in names and len({line[i] for line in lines[1:]}) <= 1
    ]
    return [[cell for i, cell in enumerate(line) if i not in idle] for line in lines]
