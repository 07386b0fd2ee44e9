"""From a trial to rows, predictions, and the best model's file, in a run's folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from happysad.experiments.runner.run_folder import SCORED, RunFolder
from happysad.pipeline.data.records import LABELS
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask
    from happysad.pipeline.data.dataset import DataSet
    from happysad.pipeline.evaluation.fit_and_evaluate import EvaluationResult

MODEL_FILE = "happysad.joblib"

COUNTS = ("tp", "fp", "fn", "tn")


def record(
    run: RunFolder, unit: FitTask, frame: pd.DataFrame, settings: str, trial: EvaluationResult
) -> None:
    """Write the rows of a unit, its predictions, and its training curve where it has one."""
    rows, answers = [], []
    for place, images in unit.places.items():
        axes = {**unit.axes, "condition": unit.condition_of(place)}
        axes |= {"dataset": place.dataset, "split": place.split}
        answers.append(_answers(frame.iloc[images], place, trial).assign(**axes))
        if place in trial.metrics:
            rows.append({**axes, **_row(unit, settings, place, trial)})
    curves = [{**unit.axes, **epoch} for epoch in trial.history]
    run.add(unit, rows, answers, curves)


def record_failure(run: RunFolder, unit: FitTask, settings: str, reason: str) -> None:
    """Write the row of a unit that could not be fitted or measured, one for each condition."""
    rows = {}
    for place in unit.places:
        axes = {**unit.axes, "condition": unit.condition_of(place)}
        row = {**axes, "dataset": place.dataset, "split": place.split, "status": "error"}
        if place.split in SCORED:
            rows[axes["condition"]] = row | {"reason": reason, "settings": settings}
    run.add(unit, [{**row, "n_train": len(unit.train)} for row in rows.values()], [], [])


def _row(
    unit: FitTask, settings: str, place: EvaluationSet, trial: EvaluationResult
) -> dict[str, Any]:
    status = trial.face_status[place]
    return {
        "status": "ok",
        "reason": "",
        "settings": settings,
        "n_train": len(unit.train),
        "n_test": len(status),
        "n_full_frame": int((status != "detected").sum()),
        **trial.metrics[place],
        "fit_s": round(trial.fit_s, 3),
        "predict_ms": round(trial.predict_ms, 3),
        "model_bytes": len(trial.model),
    }


def _answers(part: pd.DataFrame, place: EvaluationSet, trial: EvaluationResult) -> pd.DataFrame:
    p_happy = trial.p_happy[place]
    leaked = [
        "yes" if near_duplicate_of else ""
        for near_duplicate_of in part.get("near_duplicate_of", [""] * len(part))
    ]
    return part[["label", "group"]].assign(
        image=part["path"],
        leaked=leaked,
        face=trial.face_status[place],
        predicted=["happy" if p >= 0.5 else "sad" for p in p_happy],
        p_happy=p_happy.round(9),
    )


def best_model(results: pd.DataFrame) -> str:
    """The model that does best on the validation part, its folds and seeds averaged; "" without.

    No two models rank alike, so which is best does not depend on which ended first.
    """
    ranked = [(*_rank(rows), str(model)) for model, rows in _validated(results).groupby("model")]
    return max(ranked)[-1] if ranked else ""


def mean_scores(results: pd.DataFrame, model: str) -> dict[str, float]:
    """Means of a model's scores on the validation part over its folds and seeds."""
    from happysad.pipeline.evaluation.metrics import METRICS

    rows = _validated(results)
    rows = rows[rows["model"] == model]
    return {name: float(rows[name].mean()) for name in METRICS if name not in COUNTS}


def beats_the_others(run: RunFolder, unit: FitTask, trial: EvaluationResult) -> bool:
    """Whether a unit does better on the validation part than what the run holds of its seed."""
    (own,) = [m for place, m in trial.metrics.items() if place.split == "val"]
    rows = _validated(run.results)
    rows = rows[(rows["seed"] == unit.seed) & (rows["model"] != unit.model)]
    others = [(*_rank(row), str(model)) for model, row in rows.groupby("model")]
    return all((*_rank(own), unit.model) > other for other in others)


def is_saved(run: RunFolder, unit: FitTask) -> bool:
    """Whether the folder's model file is whole and is that of the unit."""
    from happysad.pipeline.model_files.model_card import read_card

    try:
        card = read_card(run.path / MODEL_FILE)
        digest = hashlib.sha256((run.path / MODEL_FILE).read_bytes()).hexdigest()
    except (UserError, OSError):
        return False
    same = card.get("model") == unit.model and card.get("settings") == unit.settings()
    return bool(same and card["sha256"] == digest)


def save_with_card(
    path: Path, data: DataSet, unit: FitTask, trial: EvaluationResult, **more: Any
) -> None:
    """Write the model file and its card.

    Parameters
    ----------
    **more
        Further entries of the card.
    """
    from happysad.pipeline.demo.demo_faces import make_demo_faces
    from happysad.pipeline.model_files.card_thresholds import ENTRY
    from happysad.pipeline.model_files.model_file import save_model

    card = {
        "model": unit.model,
        "settings": unit.settings(),
        "summary": unit.summary,
        "dataset": data.name,
        "data": data.hash,
        "n_train": len(unit.train),
        "metrics": {place.split: metrics for place, metrics in trial.metrics.items()},
        ENTRY: _thresholds(data, unit, trial),
        **more,
    }
    # Built-in faces, so that nobody's picture goes into the card.
    probe, _ = make_demo_faces(4, random_state=0)
    save_model(trial.fitted(), path, card, probe=list(probe))


def held_out_thresholds(run: RunFolder, unit: FitTask) -> list[dict[str, float]]:
    """Where to say "unsure", by the answers of a cross-validation to the faces held out."""
    from happysad.experiments.runner.run_folder import read_rows
    from happysad.pipeline.model_files.card_thresholds import band_entries

    rows = read_rows(run.path / "predictions.csv")
    own = rows[(rows["model"] == unit.model) & (rows["split"] == "val")]
    own = own[own["seed"] == unit.seed]  # each face once
    own = own[own["label"].isin(LABELS)]
    return band_entries(own["label"].tolist(), own["p_happy"].tolist()) if len(own) else []


def _thresholds(data: DataSet, unit: FitTask, trial: EvaluationResult) -> list[dict[str, float]]:
    """Where to say "unsure", by the validation part; nothing without one."""
    from happysad.pipeline.model_files.card_thresholds import band_entries

    for place, images in unit.places.items():
        if place.split == "val" and place in trial.metrics:
            labels = data.frame["label"].iloc[images].tolist()
            return band_entries(labels, trial.p_happy[place])
    return []


def _validated(results: pd.DataFrame) -> pd.DataFrame:
    return results[(results["split"] == "val") & (results["status"] == "ok")]


def _rank(rows: Any) -> tuple[float, float, float]:
    """What the best model has most of, on the validation part: means of rows, or one row."""
    columns = ("balanced_accuracy", "roc_auc", "brier")
    balanced, auc, brier = (float(np.mean(rows[column])) for column in columns)
    return balanced, auc, -brier
