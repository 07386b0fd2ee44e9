"""Does it hold on other people's photographs?

Fits each model on the train part of one data set and evaluates it on the others, and on the test
part of its own for reference. Images of a set whose format gives the label away are kept apart
by format, in fitting and in testing. Nothing is chosen by the results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from happysad.experiments.runner.candidates import Candidate, recipes
from happysad.experiments.runner.config import RunConfig
from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask, Rows
from happysad.experiments.runner.run import Plan, identity_of, run_command, run_options, run_plan
from happysad.experiments.runner.run_context import Log
from happysad.utils.console import exit_on_user_error, silent
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from happysad.experiments.datasets.subsets import DomainSubset

MODELS = ("landmarks-svm", "hog-svm", "lbp-svm", "texture-svm", "fusion-svm")


@dataclass(frozen=True)
class CrossDatasetConfig(RunConfig):
    """The settings of ``cross_dataset``; no models means ``MODELS``."""

    data: str = ""  # not used here
    data_sets: list[str] = field(default_factory=list)  # two or more, as ``load_data`` takes them
    formats_apart: list[str] = field(default_factory=list)  # names of those cut by image format


def cross_dataset(config: CrossDatasetConfig, *, use_cache: bool = True, log: Log = silent) -> Path:
    """Run the experiment, or what is left of it; give the folder it wrote."""
    from happysad.experiments.datasets.subsets import read_subsets
    from happysad.experiments.reporting.per_experiment.transfer_table import finish_transfer

    frame, subsets, digest, notes = read_subsets(
        config.data_sets, config.formats_apart, config.seed, log
    )
    if len(subsets) < 2:
        raise UserError("there is nothing to transfer to: give two data sets or more")
    tasks = _tasks(frame, subsets, recipes(config.models or MODELS), config.seed)
    if not tasks:
        raise UserError("no data set has a train part to fit on")
    names = ", ".join(subset.name for subset in subsets)
    identity = identity_of("cross_dataset", names, digest, config.seed)
    plan = Plan(identity, frame, tasks, "runs/cross_dataset", notes)
    return run_plan(plan, config, finish_transfer, use_cache=use_cache, log=log)


def _tasks(
    frame: pd.DataFrame, subsets: Sequence[DomainSubset], models: list[Candidate], seed: int
) -> list[FitTask]:
    tasks = []
    for own in subsets:
        if not len(own.train):
            continue
        evaluated = {EvaluationSet(own.name, "test"): own.test} if len(own.test) else {}
        for other in subsets:
            if other is not own:
                evaluated[EvaluationSet(other.name, "test")] = of_others(frame, own, other)
        condition = f"fitted on {own.name}"
        tasks += [
            model.task(own.train, evaluated, condition=condition, seed=seed) for model in models
        ]
    return tasks


def of_others(frame: pd.DataFrame, own: DomainSubset, other: DomainSubset) -> Rows:
    """The other subset's images but for those of people that the model was fitted on."""
    people = list(zip(frame["source"], frame["group"], strict=True))
    known = {people[row] for row in own.train}
    new = [people[row] not in known for row in other.for_others]
    return np.asarray(other.for_others[np.array(new, bool)], np.intp)


@click.command(name="cross-dataset")
@run_options
@click.option("--formats-apart", help="Names of data sets to be cut by the format of images.")
@exit_on_user_error
def main(data: str | None, **options: Any) -> None:
    """Fit on one data set and test on others; --data takes several with commas between.

    \b
    Examples:
      happysad experiment cross-dataset --data photos,more --models hog-svm
      python experiments/cross_dataset.py --data photos,more --formats-apart more
    """
    from happysad.experiments.reporting.per_experiment.transfer_table import print_transfer

    default = None if data else "cross_dataset.toml"
    options["data_sets"] = data or None
    print_transfer(run_command(CrossDatasetConfig, cross_dataset, default, **options))


if __name__ == "__main__":
    main()
