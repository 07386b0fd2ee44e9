"""Run the units of an experiment: skip what is finished, fit side by side, record each as it ends.

Every experiment is a list of units over one frame of images; what differs between them is which
rows and which models the units have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from happysad.experiments.runner.cache_warmup import AlignAll, Need, align_all, prepare, take
from happysad.experiments.runner.fit_tasks import FitTask, reason
from happysad.experiments.runner.results_writer import record, record_failure
from happysad.features.faces.face_batch import Faces
from happysad.utils.feature_cache import FeatureCache
from happysad.utils.progress import report

if TYPE_CHECKING:
    import pandas as pd

    from happysad.experiments.runner.run_folder import RunFolder
    from happysad.pipeline.evaluation.fit_and_evaluate import EvaluationResult

_SLOWEST = (
    "cnn-resnet", "cnn-color", "cnn-small", "fusion-svm", "texture-svm", "hog-lbp-svm", "lbp-svm",
    "bovw-svm", "hog-svm", "fusion-gb",
)  # fmt: skip

Say = Callable[[str], None]
OnTrial = Callable[[FitTask, "EvaluationResult"], None]


@dataclass(frozen=True)
class Work:
    """What the units of a run have in common; no folder where nothing is recorded."""

    folder: RunFolder | None
    frame: pd.DataFrame
    store: Path
    jobs: int
    log: Say
    align: AlignAll = align_all

    @property
    def run(self) -> RunFolder:
        """The folder that rows are written to."""
        if self.folder is None:
            raise ValueError("this work has no folder")
        return self.folder


def run_tasks(work: Work, units: Sequence[FitTask], before_record: OnTrial | None = None) -> None:
    """Fit and measure all units that the run's folder does not hold yet.

    Parameters
    ----------
    work : Work
    units : sequence of FitTask
    before_record : callable, optional
        Called with the unit and the trial before its rows are written: a run killed in between
        fits the unit again and loses nothing.
    """
    import joblib

    todo = _unfinished(work, units)
    if not todo:
        return
    faces = prepare([_need(unit) for unit, _ in todo], work)
    tasks = [(unit, settings, faces[i]) for i, (unit, settings) in enumerate(todo)]
    tasks.sort(key=lambda task: _slowness(task[0].model))
    jobs = min(work.jobs, len(tasks))
    pool = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")
    report("fitting models", 0, len(tasks))
    ended = pool(
        joblib.delayed(_try_unit)(i, unit, faces, work.frame, work.store)
        for i, (unit, _, faces) in enumerate(tasks)
    )
    for done, (i, trial, why) in enumerate(ended, 1):
        unit, settings, _ = tasks[i]
        if trial is None:
            work.log(f"{_title(unit)} failed: {why}")
            record_failure(work.run, unit, settings, why)
        else:
            if before_record is not None:
                before_record(unit, trial)
            record(work.run, unit, work.frame, settings, trial)
        report("fitting models", done, len(tasks))


def fit_task(work: Work, unit: FitTask) -> EvaluationResult:
    """Fit and measure one unit here and now, whatever the folder holds; nothing is recorded."""
    (faces,) = prepare([_need(unit)], work)
    return _trial(unit, faces, work.frame, work.store)


def _unfinished(work: Work, units: Sequence[FitTask]) -> list[tuple[FitTask, str]]:
    todo, done = [], 0
    for unit in units:
        try:
            settings = unit.settings()
        except Exception as error:  # a recipe that cannot even be built
            work.log(f"{_title(unit)} failed: {reason(error)}")
            record_failure(work.run, unit, "", reason(error))
            continue
        if work.run.finished(unit, settings):
            done += 1
        else:
            todo.append((unit, settings))
    if done:
        what = "models" if len({unit.model for unit in units}) == len(units) else "fits"
        work.log(f"{done} of {len(units)} {what} were finished before")
    return todo


def _need(unit: FitTask) -> Need:
    asked = {row for rows in unit.places.values() for row in rows.tolist()}
    return unit.build(unit.random_state), unit.train.tolist(), asked


def _try_unit(
    index: int, unit: FitTask, faces: Faces, frame: pd.DataFrame, store: Path
) -> tuple[int, EvaluationResult | None, str]:
    """Run one trial; a recipe that fails gives its reason in place of a result."""
    try:
        return index, _trial(unit, faces, frame, store), ""
    except Exception as error:  # whatever it is, the other units go on
        return index, None, reason(error)


def _trial(unit: FitTask, faces: Faces, frame: pd.DataFrame, store: Path) -> EvaluationResult:
    from happysad.pipeline.evaluation.fit_and_evaluate import fit_and_evaluate

    return fit_and_evaluate(
        unit.build(unit.random_state),
        take(faces, frame, unit.train),
        {place: take(faces, frame, rows) for place, rows in unit.places.items()},
        FeatureCache(store),
    )


def _title(unit: FitTask) -> str:
    parts = [unit.model, unit.condition, f"fold {unit.fold}" if unit.fold else ""]
    return ", ".join(part for part in parts if part)


def _slowness(model: str) -> int:
    """The slowest first, so that none of them is left over at the end."""
    name = model.partition("+")[0]
    return _SLOWEST.index(name) if name in _SLOWEST else len(_SLOWEST)
