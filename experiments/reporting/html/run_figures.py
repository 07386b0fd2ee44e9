"""Draw every figure that the tables of a run's folder allow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from happysad.experiments.reporting.figures.abstention_figure import (
    save_refused,
    save_risk_coverage,
    unsure_rows,
)
from happysad.experiments.reporting.figures.bars_and_confusion import (
    save_bars,
    save_confusion_matrices,
)
from happysad.experiments.reporting.figures.confident_errors import save_worst_faces
from happysad.experiments.reporting.figures.forest_figure import save_forest
from happysad.experiments.reporting.figures.reliability_figure import save_reliability
from happysad.experiments.reporting.figures.roc_pr_curves import save_precision_recall, save_roc
from happysad.experiments.reporting.figures.style import kind_of
from happysad.experiments.reporting.figures.training_figure import save_training
from happysad.experiments.reporting.tables.run_tables import RunTables, read_run

FIGURES = (
    "scores", "comparisons", "confusion_matrices", "roc", "precision_recall", "reliability",
    "risk_coverage", "refused", "training", "worst_faces",
)  # fmt: skip


def draw_all(folder: Path) -> list[Path]:
    """Draw what the folder's tables allow into ``figures/``; remove what they no longer allow.

    Parameters
    ----------
    folder : Path
        A run's folder: ``results.csv``, ``predictions.csv``, ``run.json`` and the derived tables
        that exist.

    Returns
    -------
    list of Path
        The files drawn.
    """
    run = read_run(folder)
    drawn = [*_of_results(run), *_of_answers(run), *_of_the_rest(run)]
    for path in figures_for(folder).values():
        if path not in drawn:
            path.unlink()
    return drawn


def figures_for(folder: Path) -> dict[str, Path]:
    """The figures of ``draw_all`` that the folder holds, by name, in the report's order."""
    paths = {name: _path(folder, name) for name in FIGURES}
    return {name: path for name, path in paths.items() if path.exists()}


def _path(folder: Path, name: str) -> Path:
    return folder / "figures" / f"{name}.png"


def _of_results(run: RunTables) -> Iterator[Path]:
    scores = run.scores()
    if scores.empty:
        return
    save_bars(scores, _path(run.folder, "scores"), run.best, run.part("intervals"))
    yield _path(run.folder, "scores")
    save_confusion_matrices(scores, _path(run.folder, "confusion_matrices"))
    yield _path(run.folder, "confusion_matrices")


def _of_answers(run: RunTables) -> Iterator[Path]:
    answers, models = run.answers(), run.shown()
    if answers.empty or not models:
        return
    path = _path(run.folder, "risk_coverage")
    save_risk_coverage(answers, path, models, run.part("operating_points"))
    yield path
    if answers["label"].nunique() == 2:
        firsts = [name for name in models if kind_of(name) == "cnn"][:1]
        banded = {run.best, *firsts}
        path = _path(run.folder, "roc")
        save_roc(answers, path, models, banded, run.part("intervals"))
        yield path
        path = _path(run.folder, "precision_recall")
        save_precision_recall(answers, path, models, banded)
        yield path
    path = _path(run.folder, "reliability")
    save_reliability(answers, path, models, run.scores())
    yield path


def _of_the_rest(run: RunTables) -> Iterator[Path]:
    best = run.answers(model=run.best) if run.best else run.answers().head(0)
    path = _path(run.folder, "worst_faces")
    if len(best) and save_worst_faces(best, path):
        yield path
    if len(run["training"]):
        path = _path(run.folder, "training")
        save_training(run["training"], path)
        yield path
    if len(run.part("comparisons")):
        path = _path(run.folder, "comparisons")
        save_forest(run.part("comparisons"), path)
        yield path
    if len(unsure_rows(run.part("operating_points"))):
        path = _path(run.folder, "refused")
        models = [str(name) for name in run.scores()["model"]]
        save_refused(run["operating_points"], path, models)
        yield path
