"""Which features carry it?

A recipe that puts blocks of features side by side is fitted with all of them, without each, and
with each alone. And for the model with all of them: what do named groups of features give it, by
permuting their values among the validation faces?
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from happysad.experiments.runner.candidates import recipe
from happysad.experiments.runner.config import RunConfig
from happysad.experiments.runner.fit_tasks import FitTask, split_rows
from happysad.experiments.runner.run import data_plan, run_command, run_options, run_plan
from happysad.experiments.runner.run_context import Log, RunContext
from happysad.utils.console import exit_on_user_error, silent
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from happysad.pipeline.evaluation.fit_and_evaluate import EvaluationResult

MODELS = ("fusion-svm",)


@dataclass(frozen=True)
class AblationConfig(RunConfig):
    """The settings of ``ablation``; no models means ``fusion-svm``."""

    repeats: int = 5  # permutations of each group of features; 0 to leave that out

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.repeats < 0:
            raise UserError("repeats is 0 or more")


def ablation(config: AblationConfig, *, use_cache: bool = True, log: Log = silent) -> Path:
    """Run the experiment, or what is left of it; give the folder it wrote."""
    from happysad.experiments.attribution.feature_subsets import make_with_blocks
    from happysad.experiments.reporting.per_experiment.ablation_table import finish_ablation
    from happysad.pipeline.data.dataset import load_data

    subsets = {name: block_subsets(name) for name in config.models or MODELS}
    data = load_data(config.data, seed=config.seed, log=log)
    train, evaluated = split_rows(data)
    tasks = [
        recipe(name, partial(make_with_blocks, name, kept)).task(
            train, evaluated, condition=condition, seed=config.seed
        )
        for name, own in subsets.items()
        for condition, kept in own.items()
    ]
    plan = data_plan("ablation", data, tasks, config.seed)
    fit = partial(_fit, tasks=tasks, repeats=config.repeats)
    return run_plan(plan, config, finish_ablation, fit=fit, use_cache=use_cache, log=log)


def block_subsets(name: str) -> dict[str, tuple[str, ...]]:
    """Each condition with the blocks that are kept; of two blocks each alone shows it all."""
    from happysad.experiments.attribution.feature_subsets import block_names

    names = block_names(name)
    subsets = {"": tuple(names)}
    if len(names) > 2:
        subsets |= {f"without {name}": tuple(n for n in names if n != name) for name in names}
    return subsets | {f"{name} alone": (name,) for name in names}


def _fit(context: RunContext, tasks: list[FitTask], repeats: int) -> None:
    """Run the tasks; measure the importances of models with all blocks that the folder lacks."""
    from happysad.experiments.reporting.per_experiment.ablation_table import read_importance
    from happysad.experiments.runner.engine import fit_task, run_tasks

    measure = partial(_add_importance, context, repeats)
    run_tasks(context, tasks, measure)
    known = read_importance(context.run.path)
    for task in tasks:
        rows = known[known["model"] == task.model] if len(known) else known
        if len(rows) and (rows["repeats"] == repeats).all():
            continue
        if not task.condition and repeats and context.run.finished(task, task.settings()):
            measure(task, fit_task(context, task))


def _add_importance(
    context: RunContext, repeats: int, task: FitTask, result: EvaluationResult
) -> None:
    """Measure the importances of the model with all blocks and put them into importance.csv."""
    from happysad.experiments.attribution.importance import permutation_importance
    from happysad.experiments.reporting.per_experiment.ablation_table import add_importance
    from happysad.utils.feature_cache import FeatureCache, use_feature_cache

    if task.condition or not repeats:
        return
    context.log(f"permuting the features of {task.model}")
    (rows,) = [rows for part, rows in task.evaluation_sets.items() if part.split == "val"]
    model, frame = result.fitted(), context.frame.iloc[rows]
    with use_feature_cache(FeatureCache(context.cache)):
        faces, labels = context.align(model[0], frame), frame["label"].to_numpy(str)
        table = permutation_importance(model[1:], faces, labels, repeats, task.random_state)
    add_importance(context.run.path, task.model, table)


@click.command(name="ablation")
@run_options
@click.option("--repeats", type=click.IntRange(0), help="Permutations of each group; 5.")
@exit_on_user_error
def main(**options: Any) -> None:
    """Fit with all blocks of features, without each and with each alone; permute the features.

    \b
    Examples:
      happysad experiment ablation --data photos --models fusion-svm
      python experiments/ablation.py --models fusion-gb --repeats 0
    """
    from happysad.experiments.reporting.per_experiment.ablation_table import print_ablation

    print_ablation(run_command(AblationConfig, ablation, "ablation.toml", **options))


if __name__ == "__main__":
    main()
