"""Which settings are best?

Settings are searched by cross-validation within the training part; the official validation and
test parts are never touched. What tuning is worth is measured by nested cross-validation: in
each outer fold the search is done anew without the images held out. The best settings are
written as a recipe file, which ``happysad compare --models`` takes like a recipe's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from happysad.experiments.runner.config import RunConfig
from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask, Rows
from happysad.experiments.runner.options import Say, run, run_options
from happysad.experiments.runner.run_folder import RunFolder
from happysad.utils.console import exit_on_user_error, silent
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from happysad.experiments.runner.engine import Work
    from happysad.experiments.tuning.search_space import Space
    from happysad.pipeline.data.dataset import DataSet

MODELS = ("hog-svm",)
TUNED = "tuned"


@dataclass(frozen=True)
class TuneConfig(RunConfig):
    """What ``tune`` is asked; no models means ``hog-svm``.

    Attributes
    ----------
    spaces : dict
        For each model a table of settings, named as ``Pipeline.set_params`` names them, with
        the list of values to try. A model without one gets ``search_space.default_space``.
    search : {"grid", "halving", "random"}
        See ``search.Search``.
    score : {"balanced_accuracy", "roc_auc"}
        What is best.
    candidates : int
        How many are drawn for "random".
    folds : int
        Of the search.
    outer : int
        Folds of the nested cross-validation; 0 to leave it out.
    """

    spaces: dict[str, Any] = field(default_factory=dict)
    search: str = "grid"
    score: str = "balanced_accuracy"
    candidates: int = 20
    folds: int = 3
    outer: int = 3

    def __post_init__(self) -> None:
        from happysad.experiments.tuning.search import HOW, SCORES

        super().__post_init__()
        for name, known in (("search", HOW), ("score", SCORES)):
            if getattr(self, name) not in known:
                raise UserError(f"{name} = {getattr(self, name)!r} is none of {', '.join(known)}")
        if self.folds < 2 or self.outer < 0 or self.outer == 1 or self.candidates < 1:
            raise UserError("folds is 2 or more, outer 0 or 2 or more, candidates 1 or more")


def tune(config: TuneConfig, *, use_cache: bool = True, log: Say = silent) -> Path:
    """Run the search, or what is left of it; give the folder it wrote.

    Raises
    ------
    UserError
        The data, a model's name, a setting or the folder is wrong.
    """
    import joblib

    from happysad.experiments.reporting.per_experiment.tune_table import finish_tuning
    from happysad.experiments.runner.cache_warmup import feature_cache_folder
    from happysad.experiments.runner.engine import Work, run_tasks
    from happysad.pipeline.data.dataset import load_data

    spaces = _spaces(config)
    data = load_data(config.data, seed=config.seed, log=log)
    folder = RunFolder(config.out or f"runs/tune-{data.name}", _identity(config, data, spaces))
    details = {"config": vars(config), "spaces": spaces, "notes": data.notes}
    folder.describe({"state": "running", **details})
    outer = _outer_folds(config, data)
    with feature_cache_folder(use_cache) as store:
        work = Work(folder, data.frame, store, config.jobs or joblib.cpu_count(), log)
        best = _search_all(work, config, spaces, outer)
        _write_recipes(folder.path, data, best)
        run_tasks(work, list(_units(data, spaces, best, outer, config.seed)))
    folder.describe({"state": "finished", **details})
    finish_tuning(folder.path)
    return folder.path


def _spaces(config: TuneConfig) -> dict[str, Space]:
    """What is searched for each model."""
    from happysad.experiments.tuning.search_space import check_space, default_space

    models = config.models or list(config.spaces) or list(MODELS)
    unknown = [name for name in config.spaces if name not in models]
    if unknown:
        raise UserError(f"[spaces.{unknown[0]}] is for none of the models {', '.join(models)}")
    spaces: dict[str, Space] = {}
    for asked in models:
        spaces[asked] = dict(config.spaces.get(asked) or default_space(asked))
        check_space(asked, spaces[asked])
    return spaces


def _identity(config: TuneConfig, data: DataSet, spaces: dict[str, Space]) -> dict[str, Any]:
    same = {"question": "tune", "dataset": data.name, "data": data.hash, "seed": config.seed}
    how = {name: getattr(config, name) for name in ("search", "score", "folds", "outer")}
    if config.search == "random":
        how["candidates"] = config.candidates
    return {**same, **how, "spaces": spaces}


def _outer_folds(config: TuneConfig, data: DataSet) -> dict[int, tuple[Rows, Rows]]:
    """Fold to rows searched and rows held out: 0 is the whole training part, none held out."""
    from happysad.pipeline.data.folds import grouped_folds

    train = np.flatnonzero(data.frame["split"] == "train")
    folds = {0: (train, train[:0])}
    if config.outer:
        part = data.frame.iloc[train]
        labels, groups = part["label"].tolist(), part["group"].tolist()
        made = grouped_folds(labels, groups, config.outer, config.seed)
        folds |= {k: (train[rows], train[held]) for k, (rows, held) in enumerate(made, 1)}
    return folds


Best = dict[tuple[str, int], dict[str, Any]]


def _search_all(
    work: Work, config: TuneConfig, spaces: dict[str, Space], outer: dict[int, tuple[Rows, Rows]]
) -> Best:
    """The best settings of each model in each outer fold; those in candidates.csv are kept."""
    from happysad.experiments.reporting.per_experiment.tune_table import (
        add_candidates,
        best_settings,
    )
    from happysad.experiments.runner.cache_warmup import prepare
    from happysad.pipeline.models.registry import make_model, short_name

    best: Best = {}
    for asked, space in spaces.items():
        name, faces = short_name(asked), None
        for fold, (rows, _) in outer.items():
            if known := best_settings(work.run.path, name, fold, space):
                best[asked, fold] = known
                continue
            if faces is None:
                (faces,) = prepare([(make_model(asked), outer[0][0].tolist(), [])], work)
            work.log(f"searching {name}" + (f", outer fold {fold}" if fold else ""))
            found, table = _search(work, config, asked, space, faces, rows)
            add_candidates(work.run.path, name, fold, table)
            best[asked, fold] = found
    return best


def _search(
    work: Work, config: TuneConfig, asked: str, space: Space, faces: Any, rows: Rows
) -> Any:
    from happysad.experiments.runner.cache_warmup import take
    from happysad.experiments.tuning.search import Search, search
    from happysad.pipeline.data.folds import grouped_folds

    part = work.frame.iloc[rows]
    folds = grouped_folds(part["label"].tolist(), part["group"].tolist(), config.folds, config.seed)
    sample = take(faces, work.frame, rows)
    how = Search(config.search, config.score, config.candidates, work.jobs, config.seed)
    return search(asked, space, sample.faces, sample.labels, folds, work.store, how)


def _write_recipes(folder: Path, data: DataSet, best: Best) -> None:
    from happysad.experiments.reporting.per_experiment.tune_table import recipe_path
    from happysad.pipeline.models.registry import find_recipe
    from happysad.pipeline.models.toml_recipe import read_recipe_file, write_recipe_file

    for (asked, fold), settings in best.items():
        if fold:
            continue
        base, before = asked, dict[str, Any]()
        if asked.endswith(".toml"):
            base, _, before = read_recipe_file(asked)
        write_recipe_file(
            recipe_path(folder, asked),
            base,
            {**before, **settings},
            f"{find_recipe(asked).summary}, tuned on {data.name}",
            f"The best of candidates.csv, found within the train part of {data.name}.",
        )


def _units(
    data: DataSet,
    spaces: dict[str, Space],
    best: Best,
    outer: dict[int, tuple[Rows, Rows]],
    seed: int,
) -> Iterator[FitTask]:
    """In each outer fold the settings found there, and those of the recipe."""
    from happysad.experiments.tuning.search_space import make_tuned
    from happysad.pipeline.models.registry import short_name

    for asked in spaces:
        for fold, (rows, held) in outer.items():
            if not fold:
                continue
            for condition, settings in (("", {}), (TUNED, best[asked, fold])):
                yield FitTask(
                    short_name(asked),
                    partial(make_tuned, asked, tuple(sorted(settings.items()))),
                    rows,
                    {EvaluationSet(data.name, "val"): held},
                    condition=condition,
                    fold=fold,
                    seed=seed,
                )


@click.command(name="tune")
@run_options
@click.option("--search", help="grid, halving or random.")
@click.option("--outer", type=click.IntRange(0), help="Folds of the nested cross-validation; 3.")
@exit_on_user_error
def main(config_file: str | None, no_cache: bool, quiet: bool, **flags: Any) -> None:
    """Search the best settings within the training part; write them as recipe files."""
    from happysad.experiments.reporting.per_experiment.tune_table import print_tuning

    # The shipped settings name their models and what to search for each.
    default = "tune.toml" if not flags["models"] else None
    print_tuning(run(TuneConfig, tune, config_file, no_cache, quiet, default, **flags))


if __name__ == "__main__":
    main()
