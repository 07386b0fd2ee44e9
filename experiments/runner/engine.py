"""Run the fit tasks of an experiment: skip what is finished, fit in parallel, record each result.

Every experiment is a list of tasks over one frame of images; what differs between them is which
rows and which models the tasks have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.runner.cache_warmup import warm_cache
from happysad.experiments.runner.fit_tasks import FitTask, Rows
from happysad.experiments.runner.image_models import ImageBatch, reads_images, reason
from happysad.experiments.runner.results_writer import record, record_failure
from happysad.experiments.runner.run_context import RunContext
from happysad.features.faces.face_batch import Faces
from happysad.utils.feature_cache import FeatureCache
from happysad.utils.progress import report

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

    from happysad.pipeline.evaluation.fit_and_evaluate import EvaluationResult, Sample

OnResult = Callable[[FitTask, "EvaluationResult"], None]


def run_tasks(
    context: RunContext, tasks: Sequence[FitTask], before_record: OnResult | None = None
) -> None:
    """Fit and evaluate all tasks that the run's folder does not hold yet.

    ``before_record`` is called with a task and its result before its rows are written: a run
    killed in between fits the task again and loses nothing.
    """
    import joblib

    unfinished = _unfinished(context, tasks)
    if not unfinished:
        return
    faces = warm_cache([_need(task) for task, _ in unfinished], context)
    todo = [(task, settings, faces[i]) for i, (task, settings) in enumerate(unfinished)]
    todo.sort(key=lambda entry: _cost(entry[0].model), reverse=True)  # the slowest first
    pool = joblib.Parallel(n_jobs=min(context.jobs, len(todo)), return_as="generator_unordered")
    report("fitting models", 0, len(todo))
    ended = pool(
        joblib.delayed(_try_task)(i, task, faces, context.frame, context.cache)
        for i, (task, _, faces) in enumerate(todo)
    )
    for done, (i, result, failure) in enumerate(ended, 1):
        task, settings, _ = todo[i]
        if result is None:
            _record_failure(context, task, settings, failure)
        else:
            if before_record is not None:
                before_record(task, result)
            record(context.run, task, context.frame, settings, result)
        report("fitting models", done, len(todo))


def fit_task(context: RunContext, task: FitTask) -> EvaluationResult:
    """Fit and evaluate one task here and now, whatever the folder holds; nothing is recorded."""
    (faces,) = warm_cache([_need(task)], context)
    return _fit(task, faces, context.frame, context.cache)


def _unfinished(context: RunContext, tasks: Sequence[FitTask]) -> list[tuple[FitTask, str]]:
    todo, done = [], 0
    for task in tasks:
        try:
            settings = task.settings()
        except Exception as error:  # a recipe that cannot even be built
            _record_failure(context, task, "", reason(error))
            continue
        if context.run.finished(task, settings):
            done += 1
        else:
            todo.append((task, settings))
    if done:
        what = "models" if len({task.model for task in tasks}) == len(tasks) else "fits"
        context.log(f"{done} of {len(tasks)} {what} were finished before")
    return todo


def _record_failure(context: RunContext, task: FitTask, settings: str, failure: str) -> None:
    axes = [task.model, task.condition, f"fold {task.fold}" if task.fold else ""]
    context.log(f"{', '.join(filter(None, axes))} failed: {failure}")
    record_failure(context.run, task, settings, failure)


def _need(task: FitTask) -> tuple[Pipeline, list[int], set[int]]:
    evaluated = {row for rows in task.evaluation_sets.values() for row in rows.tolist()}
    return task.build(task.random_state), task.train.tolist(), evaluated


def _try_task(
    index: int, task: FitTask, faces: Faces, frame: pd.DataFrame, cache: Path
) -> tuple[int, EvaluationResult | None, str]:
    """Run one task; a model that fails gives its reason in place of a result."""
    try:
        return index, _fit(task, faces, frame, cache), ""
    except Exception as error:  # whatever it is, the other tasks go on
        return index, None, reason(error)


def _fit(task: FitTask, faces: Faces, frame: pd.DataFrame, cache: Path) -> EvaluationResult:
    from happysad.pipeline.evaluation.fit_and_evaluate import Sample, fit_and_evaluate

    model = task.build(task.random_state)

    def sample(rows: Rows) -> Sample:
        part = frame.iloc[rows]
        inputs: Any = faces[rows]
        paths = part["path"].tolist()
        if reads_images(model):
            inputs = ImageBatch(paths, inputs.status)
        return Sample(inputs, part["label"].to_numpy(str), paths, part["group"].to_numpy(str))

    evaluated = {part: sample(rows) for part, rows in task.evaluation_sets.items()}
    return fit_and_evaluate(model, sample(task.train), evaluated, FeatureCache(cache))


def _cost(model: str) -> float:
    """How long a fit of a recipe or its variant takes, see ``Recipe``; 0 for other models."""
    from happysad.pipeline.models.registry import RECIPES

    recipe = RECIPES.get(model.partition("+")[0])
    return recipe.cost if recipe else 0.0
