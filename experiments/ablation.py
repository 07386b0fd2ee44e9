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
import numpy as np

from happysad.experiments.runner.config import RunConfig
from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask
from happysad.experiments.runner.options import Say, run, run_options
from happysad.experiments.runner.run_folder import RunFolder
from happysad.utils.console import exit_on_user_error, silent
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from happysad.experiments.runner.engine import Work
    from happysad.pipeline.data.dataset import DataSet
    from happysad.pipeline.evaluation.fit_and_evaluate import EvaluationResult

MODELS = ("fusion-svm",)


@dataclass(frozen=True)
class AblationConfig(RunConfig):
    """What ``ablation`` is asked; no models means ``fusion-svm``.

    Attributes
    ----------
    repeats : int
        How often the values of each group of features are permuted; 0 to leave that out.
    """

    repeats: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.repeats < 0:
            raise UserError("repeats is 0 or more")


def ablation(config: AblationConfig, *, use_cache: bool = True, log: Say = silent) -> Path:
    """Run the experiment, or what is left of it; give the folder it wrote.

    Raises
    ------
    UserError
        The data, a model's name or the folder is wrong, or a model has one block only.
    """
    import joblib

    from happysad.experiments.reporting.per_experiment.ablation_table import finish_ablation
    from happysad.experiments.runner.cache_warmup import feature_cache_folder
    from happysad.experiments.runner.engine import Work, run_tasks
    from happysad.pipeline.data.dataset import load_data

    models = list(config.models or MODELS)
    conditions = {asked: _conditions(asked) for asked in models}
    data = load_data(config.data, seed=config.seed, log=log)
    units = [
        _unit(data, asked, condition, kept, config.seed)
        for asked, own in conditions.items()
        for condition, kept in own.items()
    ]
    same = {"question": "ablation", "dataset": data.name, "data": data.hash, "seed": config.seed}
    folder = RunFolder(config.out or f"runs/ablation-{data.name}", same)
    details = {"config": vars(config), "notes": data.notes}
    folder.describe({"state": "running", **details})
    with feature_cache_folder(use_cache) as store:
        work = Work(folder, data.frame, store, config.jobs or joblib.cpu_count(), log)
        measure = partial(_importance, work, config)
        run_tasks(work, units, measure)
        _see_that_it_is_measured(work, units, config)
    folder.describe({"state": "finished", **details})
    finish_ablation(folder.path)
    return folder.path


def _conditions(asked: str) -> dict[str, tuple[str, ...]]:
    """Each condition with the blocks that are kept; of two blocks one alone says it all."""
    from happysad.experiments.attribution.feature_subsets import block_names

    names = block_names(asked)
    without = {f"without {name}": tuple(n for n in names if n != name) for name in names}
    alone = {f"{name} alone": (name,) for name in names}
    return {"": tuple(names), **(without if len(names) > 2 else {}), **alone}


def _unit(data: DataSet, asked: str, condition: str, kept: tuple[str, ...], seed: int) -> FitTask:
    from happysad.experiments.attribution.feature_subsets import make_with_blocks
    from happysad.pipeline.models.registry import find_recipe, short_name

    split = data.frame["split"]
    places = {
        EvaluationSet(data.name, part): np.flatnonzero(split == part) for part in ("val", "test")
    }
    return FitTask(
        short_name(asked),
        partial(make_with_blocks, asked, kept),
        np.flatnonzero(split == "train"),
        places,
        condition=condition,
        seed=seed,
        summary=find_recipe(asked).summary,
    )


def _importance(work: Work, config: AblationConfig, unit: FitTask, trial: EvaluationResult) -> None:
    """Measure the importances of the model with all blocks and put them into importance.csv."""
    from happysad.experiments.attribution.importance import permutation_importance
    from happysad.experiments.reporting.per_experiment.ablation_table import add_importance
    from happysad.experiments.runner.cache_warmup import take
    from happysad.utils.feature_cache import FeatureCache, use_feature_cache

    if unit.condition or not config.repeats:
        return
    work.log(f"permuting the features of {unit.model}")
    (rows,) = [rows for place, rows in unit.places.items() if place.split == "val"]
    model = trial.fitted()
    with use_feature_cache(FeatureCache(work.store)):
        faces = work.align(model[0], work.frame.iloc[rows])
        part = take(faces, work.frame.iloc[rows], np.arange(len(rows)))
        table = permutation_importance(
            model[1:], part.faces, part.labels, config.repeats, unit.random_state
        )
    add_importance(work.run.path, unit.model, table)


def _see_that_it_is_measured(work: Work, units: list[FitTask], config: AblationConfig) -> None:
    """Fit again the models whose importances are not in the folder, or with other repeats."""
    from happysad.experiments.reporting.per_experiment.ablation_table import read_importance
    from happysad.experiments.runner.engine import fit_task

    for unit in units:
        if unit.condition or not config.repeats or not work.run.finished(unit, unit.settings()):
            continue
        known: pd.DataFrame = read_importance(work.run.path)
        own = known[known["model"] == unit.model] if len(known) else known
        if own.empty or (own["repeats"] != config.repeats).any():
            _importance(work, config, unit, fit_task(work, unit))


@click.command(name="ablation")
@run_options
@click.option("--repeats", type=click.IntRange(0), help="Permutations of each group; 5.")
@exit_on_user_error
def main(config_file: str | None, no_cache: bool, quiet: bool, **flags: Any) -> None:
    """Fit with all blocks of features, without each and with each alone; permute the features."""
    from happysad.experiments.reporting.per_experiment.ablation_table import print_ablation

    default = "ablation.toml"
    print_ablation(run(AblationConfig, ablation, config_file, no_cache, quiet, default, **flags))


if __name__ == "__main__":
    main()
