"""How many images are enough?

Fits each recipe on nested subsets of the training part, from small to all of it, and evaluates it
on the validation and the test part. Several seeds draw several subsets of the same size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from happysad.experiments.runner.candidates import Candidate, recipes
from happysad.experiments.runner.config import RunConfig
from happysad.experiments.runner.fit_tasks import FitTask, split_rows
from happysad.experiments.runner.run import (
    data_plan,
    names_of,
    run_command,
    run_options,
    run_plan,
)
from happysad.experiments.runner.run_context import Log
from happysad.utils.console import exit_on_user_error, silent
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from happysad.pipeline.data.dataset import DataSet

MODELS = ("landmarks-svm", "texture-svm", "fusion-svm", "cnn-small", "pixels-logreg")
SMALLEST = 10


@dataclass(frozen=True)
class LearningCurveConfig(RunConfig):
    """The settings of ``learning_curve``; no models means ``MODELS``.

    Sizes are numbers of training images: those that the train part does not have are left out,
    and all of it always comes last, fitted with the first seed only.
    """

    sizes: list[int] = field(default_factory=lambda: [50, 100, 200, 500, 1000, 2000, 5000])
    seeds: int = 3  # so many draws of the subsets, and of all else that a fit draws

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(size < SMALLEST for size in self.sizes):
            raise UserError(f"sizes = {self.sizes!r}: each is {SMALLEST} or more")
        if self.seeds < 1:
            raise UserError("seeds is 1 or more")


def learning_curve(
    config: LearningCurveConfig, *, use_cache: bool = True, log: Log = silent
) -> Path:
    """Run the experiment, or what is left of it; give the folder it wrote.

    Sizes and seeds do not make it another run: more of them may be added to one.
    """
    from happysad.experiments.reporting.per_experiment.learning_table import write_all
    from happysad.pipeline.data.dataset import load_data

    models = recipes(config.models or MODELS)
    data = load_data(config.data, seed=config.seed, log=log)
    plan = data_plan("learning_curve", data, _tasks(config, data, models), config.seed)
    return run_plan(plan, config, write_all, use_cache=use_cache, log=log)


def used_sizes(sizes: list[int], n_train: int) -> list[int]:
    """Those of the sizes that are smaller than the train part, and its own."""
    return [*sorted({size for size in sizes if size < n_train}), n_train]


def _tasks(config: LearningCurveConfig, data: DataSet, models: list[Candidate]) -> list[FitTask]:
    from happysad.experiments.datasets.nested_subsets import nested_subsets

    train, evaluated = split_rows(data)
    labels, groups = (data.frame[name].iloc[train].tolist() for name in ("label", "group"))
    sizes = used_sizes(config.sizes, len(train))
    tasks = []
    for seed in range(config.seed, config.seed + config.seeds):
        subsets = nested_subsets(labels, groups, sizes, seed)
        if seed > config.seed:  # there is but one subset of all
            subsets = subsets[:-1]
        for size, rows in zip(sizes, subsets, strict=False):
            tasks += [
                model.task(train[rows], evaluated, condition=f"n={size}", seed=seed)
                for model in models
            ]
    return tasks


@click.command(name="learning-curve")
@run_options
@click.option("--sizes", help="Numbers of training images with commas between; all comes last.")
@click.option("--seeds", type=click.IntRange(1), help="So many draws of each size; 3.")
@exit_on_user_error
def main(sizes: str | None, **options: Any) -> None:
    """Fit models on more and more images, to see how many are enough.

    \b
    Examples:
      happysad experiment learning-curve --data photos --sizes 50,100,200
      python experiments/learning_curve.py --models hog-svm,cnn-small
    """
    from happysad.experiments.reporting.per_experiment.learning_table import print_curve

    if sizes is not None:
        try:
            options["sizes"] = [int(size) for size in names_of(sizes)]
        except ValueError:
            message = f"--sizes {sizes} is not whole numbers with commas between"
            raise UserError(message) from None
    default = "learning_curve.toml"
    print_curve(run_command(LearningCurveConfig, learning_curve, default, **options))


if __name__ == "__main__":
    main()
