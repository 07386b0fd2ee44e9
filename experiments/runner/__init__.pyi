from .candidates import recipes
from .fit_tasks import EvaluationSet, FitTask
from .run import Plan, run_plan

__all__ = ["EvaluationSet", "FitTask", "Plan", "recipes", "run_plan"]
