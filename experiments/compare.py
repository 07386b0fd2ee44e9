"""Which model is best on this data?

Fits each recipe on the training part, measures it on the validation and the test part, chooses
the best by the validation part and saves it. ``python experiments/compare.py`` and
``happysad compare`` are the same thing.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from happysad.experiments.runner.config import CompareConfig
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


def compare(config: CompareConfig, *, use_cache: bool = True, log: Say = silent) -> Path:
    """Run the comparison, or what is left of it; give the folder it wrote.

    Parameters
    ----------
    config : CompareConfig
    use_cache : bool
        Keep faces and features on disk from one run to the next.
    log : callable
        Called with lines for the reader.

    Raises
    ------
    UserError
        The data, a model's name or the folder is wrong.
    """
    import joblib

    from happysad.experiments.datasets.neutral_faces import with_neutral
    from happysad.experiments.reporting.html.finish import finish
    from happysad.experiments.runner.cache_warmup import feature_cache_folder
    from happysad.experiments.runner.engine import Work
    from happysad.pipeline.data.dataset import load_data

    models = model_names(config)
    data = load_data(config.data, seed=config.seed, log=log)
    frame, notes = data.frame, list(data.notes)
    if config.neutral:
        frame, more = with_neutral(frame, config.neutral, data.name)
        notes += more
        for line in more:
            log(line)
    units = _units(config, data, frame, models)
    folder = RunFolder(Path(config.out or Path("runs") / data.name), _identity(config, data))
    details = {"config": vars(config), "notes": notes}
    folder.describe({"state": "running", **details})
    with feature_cache_folder(use_cache) as store:
        work = Work(folder, frame, store, config.jobs or joblib.cpu_count(), log)
        best = _fit(work, units, data, config)
    folder.describe({"state": "computed", "best": best, **details})
    finish(folder.path, log, max_error=config.max_error)
    folder.describe({"state": "finished", "best": best, **details})
    return folder.path


def model_names(config: CompareConfig) -> dict[str, str]:
    """What tables call each model, and what ``make_model`` is asked for; UserError if unknown."""
    from happysad.pipeline.models.registry import STANDARD, find_recipe, short_name

    names: dict[str, str] = {}
    for base in config.models or STANDARD:
        for how in config.balance:
            asked = base if how == "none" else f"{base}+{how}"
            find_recipe(asked)
            if names.setdefault(short_name(asked), asked) != asked:
                raise UserError(f"two models are called {short_name(asked)}: rename a recipe file")
    return names


def _identity(config: CompareConfig, data: DataSet) -> dict[str, Any]:
    same = {"question": "compare", "dataset": data.name, "data": data.hash, "seed": config.seed}
    return {**same, "folds": config.folds}


def _units(
    config: CompareConfig, data: DataSet, frame: pd.DataFrame, models: dict[str, str]
) -> list[FitTask]:
    from happysad.pipeline.data.folds import grouped_folds

    rows = {str(split): np.flatnonzero(frame["split"] == split) for split in set(frame["split"])}
    units: list[FitTask] = []
    for seed in range(config.seed, config.seed + config.seeds):
        if not config.folds:
            places = {
                EvaluationSet(data.name, s): rows[s]
                for s in ("val", "test", "neutral")
                if s in rows
            }
            units += [_unit(*names, rows["train"], places, 0, seed) for names in models.items()]
            continue
        used = _cross_validated(data, frame)
        part = frame.iloc[used]
        folds = grouped_folds(part["label"].tolist(), part["group"].tolist(), config.folds, seed)
        for fold, (train, held) in enumerate(folds, 1):
            places = {EvaluationSet(data.name, "val"): used[held]}
            units += [_unit(*names, used[train], places, fold, seed) for names in models.items()]
    return units


def _cross_validated(data: DataSet, frame: pd.DataFrame) -> Any:
    """Rows for cross-validation: all but an official test part, which stays untouched."""
    wanted = ["train", "val", "test"] if data.drawn else ["train", "val"]
    return np.flatnonzero(frame["split"].isin(wanted))


def _unit(
    name: str, asked: str, train: Any, places: dict[EvaluationSet, Any], fold: int, seed: int
) -> FitTask:
    from happysad.pipeline.models.registry import find_recipe, make_model

    summary = find_recipe(asked).summary
    build = partial(make_model, asked)
    return FitTask(name, build, train, places, fold=fold, seed=seed, summary=summary)


def _fit(work: Work, units: list[FitTask], data: DataSet, config: CompareConfig) -> str:
    """Run the units and see that the best model lies in the folder; give its name."""
    from happysad.experiments.runner.engine import run_tasks
    from happysad.experiments.runner.results_writer import (
        MODEL_FILE,
        beats_the_others,
        best_model,
        save_with_card,
    )

    def save(unit: FitTask, trial: EvaluationResult) -> None:
        best_so_far = unit.seed == config.seed and beats_the_others(work.run, unit, trial)
        if not config.folds and best_so_far:
            save_with_card(work.run.path / MODEL_FILE, data, unit, trial)

    run_tasks(work, units, save)
    best = best_model(work.run.results)
    mine = [unit for unit in units if unit.model == best]
    if mine:
        _see_that_it_is_saved(work, mine, data)
    return best


def _see_that_it_is_saved(work: Work, units: list[FitTask], data: DataSet) -> None:
    """Fit the model of these units again where the folder lacks it.

    After cross-validation it is fitted on all images that were cut into folds.
    """
    from happysad.experiments.runner.engine import fit_task
    from happysad.experiments.runner.fit_tasks import reason
    from happysad.experiments.runner.results_writer import (
        MODEL_FILE,
        held_out_thresholds,
        is_saved,
        mean_scores,
        save_with_card,
    )
    from happysad.pipeline.model_files.card_thresholds import ENTRY

    unit, more = units[0], {}
    if unit.fold:
        rows = np.unique(np.concatenate([unit.train for unit in units]))
        unit = replace(unit, train=rows, places={}, fold=0)
        more = {
            "cross_validation": mean_scores(work.run.results, unit.model),
            ENTRY: held_out_thresholds(work.run, unit),
        }
    if is_saved(work.run, unit):
        return
    work.log(f"fitting the best model, {unit.model}, on {len(unit.train)} images")
    try:
        trial = fit_task(work, unit)
    except Exception as error:  # its rows stand all the same
        work.log(f"{unit.model} failed: {reason(error)}")
        return
    save_with_card(work.run.path / MODEL_FILE, data, unit, trial, **more)


@click.command(name="compare")
@run_options
@click.option("--balance", help="none, class-weight, oversample; several with commas between.")
@click.option("--folds", type=click.IntRange(0), help="Cross-validate in so many folds.")
@click.option("--seeds", type=click.IntRange(1), help="Repeat with so many seeds.")
@click.option("--neutral", help="Folder of faces neither happy nor sad, to see what they get.")
@click.option("--max-error", type=float, help='Error that "unsure" keeps to; 0.02.')
@exit_on_user_error
def main(config_file: str | None, no_cache: bool, quiet: bool, **flags: Any) -> None:
    """Compare models on happy and sad faces: a report, CSV files, figures, the best model.

    The best is chosen by the val part and reported on the test part. A run that was stopped goes
    on where it was when the same command is given again.

    \b
    Examples:
      happysad compare --data demo
      happysad compare --data photos --models hog-svm,fusion-svm --out runs/mine
      happysad compare --data photos --folds 5 --seeds 3
      happysad compare --config experiments/configs/fer2013/compare.toml
    """
    from happysad.experiments.reporting.tables.result_table import print_run

    print_run(run(CompareConfig, compare, config_file, no_cache, quiet, **flags))


if __name__ == "__main__":
    main()
