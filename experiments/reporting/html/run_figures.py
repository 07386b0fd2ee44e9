"""Draw every figure that the tables of a run's folder allow."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from happysad.experiments.reporting.figures.abstention_figure import (
    save_rejected,
    save_risk_coverage,
    tells_who_is_rejected,
    unsure_rows,
)
from happysad.experiments.reporting.figures.bars_and_confusion import (
    save_bars,
    save_confusion_matrices,
)
from happysad.experiments.reporting.figures.forest_figure import save_forest
from happysad.experiments.reporting.figures.image_grids import save_confident_errors
from happysad.experiments.reporting.figures.line_figure import save_training
from happysad.experiments.reporting.figures.model_styles import kind_of
from happysad.experiments.reporting.figures.reliability_figure import save_reliability
from happysad.experiments.reporting.figures.roc_pr_curves import save_precision_recall, save_roc
from happysad.experiments.reporting.figures.style import part_title
from happysad.experiments.reporting.tables.run_tables import RunTables, read_run

FIGURES = (
    "scores", "comparisons", "confusion_matrices", "roc", "precision_recall", "reliability",
    "risk_coverage", "rejected", "training", "confident_errors",
)  # fmt: skip


def draw_all(folder: Path) -> list[Path]:
    """Draw what the folder's tables allow into ``figures/``; remove what they no longer allow."""
    drawn = []
    drawings = _drawings(read_run(folder))
    for name in FIGURES:
        path = folder / "figures" / f"{name}.png"
        if name in drawings and drawings[name](path) != 0:
            drawn.append(path)
        else:
            path.unlink(missing_ok=True)
    return drawn


def figures_for(folder: Path) -> dict[str, Path]:
    """The figures of ``draw_all`` that the folder holds, by name, in the report's order."""
    paths = {name: folder / "figures" / f"{name}.png" for name in FIGURES}
    return {name: path for name, path in paths.items() if path.exists()}


def _drawings(run: RunTables) -> dict[str, Callable[[Path], int | None]]:
    """A function of the path for each figure that can be drawn; 0 of it: there is no file."""
    made: dict[str, Callable[[Path], int | None]] = {}
    scores, predictions, models = run.scores(), run.predictions(), run.shown()
    if run.seeds > 1:  # for the titles
        predictions = predictions.assign(
            dataset=[f"{name} (first of {run.seeds} seeds)" for name in predictions["dataset"]]
        )
    intervals, points = run.part("intervals"), run.part("operating_points")
    title = part_title(scores) if len(scores) else ""
    if len(scores):
        made["scores"] = lambda path: save_bars(scores, path, run.best, intervals)
        made["confusion_matrices"] = partial(save_confusion_matrices, scores)
    if len(predictions) and models:
        made["risk_coverage"] = lambda path: save_risk_coverage(predictions, path, models, points)
        made["reliability"] = lambda path: save_reliability(predictions, path, models, scores)
        if predictions["label"].nunique() == 2:
            cnns = [name for name in models if kind_of(name) == "cnn"]
            banded = {run.best, *cnns[:1]}
            made["roc"] = lambda path: save_roc(predictions, path, models, banded, intervals)
            made["precision_recall"] = lambda path: save_precision_recall(
                predictions, path, models, banded
            )
    if run.best and len(predictions):
        made["confident_errors"] = partial(save_confident_errors, run.predictions(model=run.best))
    if len(run["training"]) and run["training"]["epoch"].max() > 1:
        made["training"] = partial(save_training, run["training"])
    if len(run.part("comparisons")):
        made["comparisons"] = partial(save_forest, run.part("comparisons"), title=title)
    if len(unsure_rows(points)) and tells_who_is_rejected(run["operating_points"]):
        names = [str(name) for name in scores["model"]]
        made["rejected"] = lambda path: save_rejected(run["operating_points"], path, names, title)
    return made
