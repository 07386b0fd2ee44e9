"""From a result to rows, predictions and a training curve in a run's folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from happysad.experiments.runner.run_folder import SCORED, RunFolder

if TYPE_CHECKING:
    import pandas as pd

    from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask
    from happysad.pipeline.evaluation.fit_and_evaluate import EvaluationResult


def record(
    run: RunFolder, task: FitTask, frame: pd.DataFrame, settings: str, result: EvaluationResult
) -> None:
    """Write the rows of a task, its predictions, and its training curve where it has one."""
    rows, predictions = [], []
    for part, images in task.evaluation_sets.items():
        axes = _axes(task, part)
        predictions.append(_predictions(frame.iloc[images], part, result).assign(**axes))
        if part in result.metrics:
            rows.append({**axes, **_row(task, settings, part, result)})
    curves = [{**task.axes, **epoch} for epoch in result.history]
    run.add(task, rows, predictions, curves)


def record_failure(run: RunFolder, task: FitTask, settings: str, reason: str) -> None:
    """Write the row of a task that could not be fitted or evaluated, one for each condition."""
    rows = {}
    failure = {"status": "error", "reason": reason, "settings": settings}
    for part in task.evaluation_sets:
        if part.split in SCORED:
            axes = _axes(task, part)
            rows[axes["condition"]] = {**axes, **failure, "n_train": len(task.train)}
    run.add(task, list(rows.values()), [], [])


def _axes(task: FitTask, part: EvaluationSet) -> dict[str, Any]:
    own = {"condition": task.condition_of(part), "dataset": part.dataset, "split": part.split}
    return task.axes | own


def _row(
    task: FitTask, settings: str, part: EvaluationSet, result: EvaluationResult
) -> dict[str, Any]:
    status = result.face_status[part]
    return {
        "status": "ok",
        "reason": "",
        "settings": settings,
        "n_train": len(task.train),
        "n_test": len(status),
        "n_full_frame": int((status != "detected").sum()),
        **result.metrics[part],
        "fit_s": round(result.fit_s, 3),
        "predict_ms": round(result.predict_ms, 3),
        "model_bytes": len(result.model),
    }


def _predictions(
    images: pd.DataFrame, part: EvaluationSet, result: EvaluationResult
) -> pd.DataFrame:
    p_happy = result.p_happy[part]
    duplicates = images.get("near_duplicate_of", np.repeat("", len(images)))
    return images[["label", "group"]].assign(
        image=images["path"],
        leaked=["yes" if path else "" for path in duplicates],
        face=result.face_status[part],
        predicted=np.where(p_happy >= 0.5, "happy", "sad"),
        p_happy=p_happy.round(9),
    )
