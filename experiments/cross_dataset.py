"""Does it hold on other people's photographs?

Fits each model on the train part of one data set and measures it on the others, and on the test
part of its own for reference. Images of a set whose format gives the label away are kept apart
by format, in fitting and in testing. Nothing is chosen by what comes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from happysad.experiments.runner.config import RunConfig
from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask, Rows
from happysad.experiments.runner.options import Say, names_of, run, run_options
from happysad.experiments.runner.run_folder import RunFolder
from happysad.utils.console import exit_on_user_error, silent
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from happysad.experiments.datasets.subsets import DomainSubset

MODELS = ("landmarks-svm", "hog-svm", "lbp-svm", "texture-svm", "fusion-svm")


@dataclass(frozen=True)
class CrossDatasetConfig(RunConfig):
    """What ``cross_dataset`` is asked; no models means ``MODELS``.

    Attributes
    ----------
    data : str
        Not used here.
    data_sets : list of str
        Two or more, each as ``load_data`` takes it.
    formats_apart : list of str
        Names of those that are cut by the format of their images.
    """

    data: str = ""
    data_sets: list[str] = field(default_factory=list)
    formats_apart: list[str] = field(default_factory=list)


def cross_dataset(config: CrossDatasetConfig, *, use_cache: bool = True, log: Say = silent) -> Path:
    """Run the experiment, or what is left of it; give the folder it wrote.

    Raises
    ------
    UserError
        The data, a model's name or the folder is wrong.
    """
    import joblib

    from happysad.experiments.datasets.subsets import read_subsets
    from happysad.experiments.reporting.per_experiment.transfer_table import finish_transfer
    from happysad.experiments.runner.cache_warmup import feature_cache_folder
    from happysad.experiments.runner.engine import Work, run_tasks

    frame, pieces, digest, notes = read_subsets(
        config.data_sets, config.formats_apart, config.seed, log
    )
    if len(pieces) < 2:
        raise UserError("there is nothing to transfer to: give two data sets or more")
    units = _units(frame, pieces, list(config.models or MODELS), config.seed)
    if not units:
        raise UserError("no data set has a train part to fit on")
    asked = {"question": "cross_dataset", "dataset": ", ".join(piece.name for piece in pieces)}
    folder = RunFolder(
        config.out or "runs/cross_dataset", {**asked, "data": digest, "seed": config.seed}
    )
    details = {"config": vars(config), "notes": notes}
    folder.describe({"state": "running", **details})
    with feature_cache_folder(use_cache) as store:
        run_tasks(Work(folder, frame, store, config.jobs or joblib.cpu_count(), log), units)
    folder.describe({"state": "finished", **details})
    finish_transfer(folder.path)
    return folder.path


def _units(
    frame: pd.DataFrame, pieces: Sequence[DomainSubset], models: list[str], seed: int
) -> list[FitTask]:
    from happysad.pipeline.models.registry import find_recipe, make_model, short_name

    units = []
    for own in pieces:
        if not len(own.train):
            continue
        places = {EvaluationSet(own.name, "test"): own.test} if len(own.test) else {}
        for other in pieces:
            if other is not own:
                places[EvaluationSet(other.name, "test")] = _of_others(frame, own, other)
        for asked in models:
            units.append(
                FitTask(
                    short_name(asked),
                    partial(make_model, asked),
                    own.train,
                    places,
                    condition=f"fitted on {own.name}",
                    seed=seed,
                    summary=find_recipe(asked).summary,
                )
            )
    return units


def _of_others(frame: pd.DataFrame, own: DomainSubset, other: DomainSubset) -> Rows:
    """The other piece's images but for those of people that the model was fitted on."""
    known = set(_people(frame, own.train))
    rows = other.for_others
    new = [person not in known for person in _people(frame, rows)]
    return np.asarray(rows[np.array(new, bool)], np.intp)


def _people(frame: pd.DataFrame, rows: Rows) -> list[tuple[str, str]]:
    part = frame.iloc[rows]
    return list(zip(part["source"], part["group"], strict=True))


@click.command(name="cross-dataset")
@run_options
@click.option("--formats-apart", help="Names of data sets to be cut by the format of images.")
@exit_on_user_error
def main(config_file: str | None, no_cache: bool, quiet: bool, **flags: Any) -> None:
    """Fit on one data set and test on others; --data takes several with commas between."""
    from happysad.experiments.reporting.per_experiment.transfer_table import print_transfer

    if flags["data"]:
        flags["data_sets"] = names_of(flags["data"])
    if flags["formats_apart"]:
        flags["formats_apart"] = names_of(flags["formats_apart"])
    default = None if flags["data"] else "cross_dataset.toml"
    print_transfer(
        run(CrossDatasetConfig, cross_dataset, config_file, no_cache, quiet, default, **flags)
    )


if __name__ == "__main__":
    main()
