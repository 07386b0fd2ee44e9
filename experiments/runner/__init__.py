"""What all experiments share: tasks to fit, a plan of them, and the folder of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.experiments.runner.candidates import recipes
    from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask
    from happysad.experiments.runner.run import Plan, run_plan

__all__ = ["EvaluationSet", "FitTask", "Plan", "recipes", "run_plan"]

__getattr__ = lazy_names(
    __name__,
    {
        "EvaluationSet": "fit_tasks",
        "FitTask": "fit_tasks",
        "Plan": "run",
        "recipes": "candidates",
        "run_plan": "run",
    },
)
