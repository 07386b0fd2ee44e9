"""Which model of a run is best on the validation part, and its file."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from happysad.experiments.runner.fit_tasks import FitTask
    from happysad.experiments.runner.run_context import RunContext
    from happysad.experiments.runner.run_folder import RunFolder
    from happysad.pipeline.data.dataset import DataSet
    from happysad.pipeline.evaluation.fit_and_evaluate import EvaluationResult

MODEL_FILE = "happysad.joblib"
RANKED = ("balanced_accuracy", "roc_auc", "brier")


def best_model(results: pd.DataFrame, but: Collection[str] = ()) -> str:
    """The model that does best on the validation part, its folds and seeds averaged; "" without.

    No two models rank alike, so which is best does not depend on which ended first.
    """
    ranked = []
    for model, rows in _validated(results).groupby("model"):
        if model not in but:
            ranked.append((rank({name: float(np.mean(rows[name])) for name in RANKED}), str(model)))
    return max(ranked)[-1] if ranked else ""


def rank(scores: Mapping[str, float]) -> tuple[float, float, float]:
    """What models are ranked by, the higher the better."""
    balanced, auc, brier = (scores[name] for name in RANKED)
    return balanced, auc, -brier


def mean_scores(results: pd.DataFrame, model: str) -> dict[str, float]:
    """Means of a model's scores on the validation part over its folds and seeds."""
    from happysad.pipeline.evaluation.metrics import SCORES

    rows = _validated(results)
    rows = rows[rows["model"] == model]
    return {name: float(rows[name].mean()) for name in SCORES}


def save_best(
    context: RunContext, tasks: Sequence[FitTask], data: DataSet, fitted: EvaluationResult | None
) -> None:
    """See that the folder holds the model of these tasks, fitted again where it is not at hand.

    After cross-validation it is fitted on all images that were cut into folds.
    """
    from happysad.experiments.runner.engine import fit_task
    from happysad.experiments.runner.image_models import reason
    from happysad.pipeline.model_files.card_thresholds import ENTRY

    task, more, path = tasks[0], {}, context.run.path / MODEL_FILE
    if task.fold:
        rows = np.unique(np.concatenate([task.train for task in tasks]))
        task = replace(task, train=rows, evaluation_sets={}, fold=0)
        more = {
            "cross_validation": mean_scores(context.run.results, task.model),
            ENTRY: cross_validated_thresholds(context.run, task),
        }
    if is_saved(path, task):
        return
    if fitted is None:
        context.log(f"fitting the best model, {task.model}, on {len(task.train)} images")
        try:
            fitted = fit_task(context, task)
        except Exception as error:  # its rows stand all the same
            context.log(f"{task.model} failed: {reason(error)}")
            return
    save_with_card(path, data, task, fitted, **more)


def is_saved(path: Path, task: FitTask) -> bool:
    """Whether a model file is whole and is that of the task."""
    from happysad.pipeline.model_files.model_card import read_card

    try:
        card = read_card(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except (UserError, OSError):
        return False
    same = card.get("model") == task.model and card.get("settings") == task.settings()
    return bool(same and card["sha256"] == digest)


def save_with_card(
    path: Path, data: DataSet, task: FitTask, result: EvaluationResult, **more: Any
) -> None:
    """Write the model file and its card, whose thresholds are by the validation part if any."""
    from happysad.pipeline.demo.demo_faces import make_demo_faces
    from happysad.pipeline.model_files.card_thresholds import ENTRY, band_entries
    from happysad.pipeline.model_files.model_file import save_model

    card = {
        "model": task.model,
        "settings": task.settings(),
        "summary": task.summary,
        "dataset": data.name,
        "data": data.hash,
        "n_train": len(task.train),
        "metrics": {part.split: metrics for part, metrics in result.metrics.items()},
        ENTRY: [],
    }
    for part in result.metrics:
        if part.split == "val":
            labels = data.frame["label"].iloc[task.evaluation_sets[part]].tolist()
            card[ENTRY] = band_entries(labels, result.p_happy[part])
    # Built-in faces, so that nobody's picture goes into the card.
    faces, _ = make_demo_faces(4, random_state=0)
    save_model(result.fitted(), path, card | more, selfcheck_images=list(faces))


def cross_validated_thresholds(run: RunFolder, task: FitTask) -> list[dict[str, float]]:
    """Where to abstain, by the predictions of a cross-validation for the faces held out."""
    from happysad.pipeline.model_files.card_thresholds import band_entries

    rows = run.predictions
    own = rows[(rows["model"] == task.model) & (rows["split"] == "val")]
    own = own[own["seed"] == task.seed]  # each face once
    return band_entries(own["label"].tolist(), own["p_happy"].tolist()) if len(own) else []


def _validated(results: pd.DataFrame) -> pd.DataFrame:
    return results[(results["split"] == "val") & (results["status"] == "ok")]
