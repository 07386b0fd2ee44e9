"""Which settings are best?

Settings are searched by cross-validation within the training part; the official validation and
test parts are never touched. What tuning is worth is measured by nested cross-validation: in
each outer fold the search is done anew without the images held out. The best settings are
written as a recipe file, which ``happysad compare --models`` takes like a recipe's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from happysad.experiments.runner.candidates import recipe
from happysad.experiments.runner.config import RunConfig
from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask, Rows, cross_validation
from happysad.experiments.runner.run import data_plan, run_command, run_options, run_plan
from happysad.experiments.runner.run_context import Log, RunContext
from happysad.utils.console import exit_on_user_error, silent
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from happysad.experiments.tuning.search_space import Space
    from happysad.pipeline.data.dataset import DataSet

MODELS = ("hog-svm",)
TUNED = "tuned"

Folds = dict[int, tuple[Rows, Rows]]
Best = dict[tuple[str, int], dict[str, Any]]
"""Of a model and an outer fold the best settings."""


@dataclass(frozen=True)
class TuneConfig(RunConfig):
    """The settings of ``tune``; no models means ``hog-svm``.

    ``spaces`` has for each model a table of settings, named as ``Pipeline.set_params`` names them,
    with the list of values to try. A model without one gets ``search_space.default_space``.
    """

    spaces: dict[str, Any] = field(default_factory=dict)
    search: str = "grid"  # of ``tuning.search.METHODS``
    score: str = "balanced_accuracy"  # what is best, of ``tuning.search.SCORES``
    candidates: int = 20  # drawn for "random"
    folds: int = 3  # of the search
    outer: int = 3  # folds of the nested cross-validation; 0 to leave it out

    def __post_init__(self) -> None:
        from happysad.experiments.tuning.search import METHODS, SCORES

        super().__post_init__()
        for name, known in (("search", METHODS), ("score", SCORES)):
            if getattr(self, name) not in known:
                raise UserError(f"{name} = {getattr(self, name)!r} is none of {', '.join(known)}")
        if self.folds < 2 or self.outer < 0 or self.outer == 1 or self.candidates < 1:
            raise UserError("folds is 2 or more, outer 0 or 2 or more, candidates 1 or more")


def tune(config: TuneConfig, *, use_cache: bool = True, log: Log = silent) -> Path:
    """Run the search, or what is left of it; give the folder it wrote."""
    from happysad.experiments.reporting.per_experiment.tune_table import finish_tuning
    from happysad.pipeline.data.dataset import load_data

    spaces = _spaces(config)
    data = load_data(config.data, seed=config.seed, log=log)
    settings = {name: getattr(config, name) for name in ("search", "score", "folds", "outer")}
    if config.search == "random":
        settings["candidates"] = config.candidates
    # No tasks yet: what is fitted depends on what the search finds.
    plan = data_plan("tune", data, [], config.seed, **settings, spaces=spaces)
    plan = replace(plan, details={"spaces": spaces})

    def fit(context: RunContext) -> None:
        from happysad.experiments.runner.engine import run_tasks

        outer = outer_folds(config, data)
        best = _search_all(context, config, spaces, outer)
        _write_recipes(context.run.path, data, best)
        run_tasks(context, list(_tasks(data, best, outer, config.seed)))

    return run_plan(plan, config, finish_tuning, fit=fit, use_cache=use_cache, log=log)


def _spaces(config: TuneConfig) -> dict[str, Space]:
    """What is searched for each model."""
    from happysad.experiments.tuning.search_space import check_space, default_space

    models = config.models or list(config.spaces) or list(MODELS)
    unknown = [name for name in config.spaces if name not in models]
    if unknown:
        raise UserError(f"[spaces.{unknown[0]}] is for none of the models {', '.join(models)}")
    spaces: dict[str, Space] = {}
    for model in models:
        spaces[model] = dict(config.spaces.get(model) or default_space(model))
        check_space(model, spaces[model])
    return spaces


def outer_folds(config: TuneConfig, data: DataSet) -> Folds:
    """Fold to rows searched on and rows held out: 0 is the whole training part, none held out."""
    train = np.flatnonzero(data.frame["split"] == "train")
    folds = {0: (train, train[:0])}
    if config.outer:
        folds |= cross_validation(data.frame, train, config.outer, config.seed)
    return folds


def _search_all(
    context: RunContext, config: TuneConfig, spaces: dict[str, Space], outer: Folds
) -> Best:
    """The best settings of each model in each outer fold; those in candidates.csv are kept."""
    from happysad.experiments.reporting.per_experiment.tune_table import (
        add_candidates,
        best_settings,
    )
    from happysad.experiments.runner.cache_warmup import warm_cache
    from happysad.experiments.tuning.search import search
    from happysad.pipeline.data.folds import grouped_folds

    how: dict[str, Any] = {"method": config.search, "score": config.score, "seed": config.seed}
    how |= {"candidates": config.candidates, "jobs": context.jobs}
    best: Best = {}
    for model, space in spaces.items():
        candidate, faces = recipe(model), None
        name = candidate.name
        for fold, (rows, _) in outer.items():
            if known := best_settings(context.run.path, name, fold, space):
                best[model, fold] = known
                continue
            if faces is None:
                (faces,) = warm_cache([(candidate.build(0), outer[0][0].tolist(), [])], context)
            context.log(f"searching {name}" + (f", outer fold {fold}" if fold else ""))
            part = context.frame.iloc[rows]
            labels, groups = part["label"].tolist(), part["group"].tolist()
            best[model, fold], table = search(
                model,
                space,
                faces[rows],
                np.array(labels),
                grouped_folds(labels, groups, config.folds, config.seed),
                context.cache,
                **how,
            )
            add_candidates(context.run.path, name, fold, table)
    return best


def _write_recipes(folder: Path, data: DataSet, best: Best) -> None:
    from happysad.experiments.reporting.per_experiment.tune_table import recipe_path
    from happysad.pipeline.models.recipe import read_recipe_file, write_recipe_file
    from happysad.pipeline.models.registry import find_recipe

    for (model, fold), settings in best.items():
        if fold:
            continue
        base, before = model, dict[str, Any]()
        if model.endswith(".toml"):
            base, _, before = read_recipe_file(model)
        write_recipe_file(
            recipe_path(folder, model),
            base,
            {**before, **settings},
            f"{find_recipe(model).summary}, tuned on {data.name}",
            f"The best of candidates.csv, found within the train part of {data.name}.",
        )


def _tasks(data: DataSet, best: Best, outer: Folds, seed: int) -> Iterator[FitTask]:
    """In each outer fold the settings found there, and those of the recipe."""
    from happysad.experiments.tuning.search_space import make_tuned

    for (model, fold), found in best.items():
        if not fold:
            continue
        rows, held_out = outer[fold]
        evaluated = {EvaluationSet(data.name, "val"): held_out}
        for condition, settings in (("", {}), (TUNED, found)):
            build = partial(make_tuned, model, tuple(sorted(settings.items())))
            axes = {"condition": condition, "fold": fold, "seed": seed}
            yield recipe(model, build).task(rows, evaluated, **axes)


@click.command(name="tune")
@run_options
@click.option("--search", help="grid, halving or random.")
@click.option("--outer", type=click.IntRange(0), help="Folds of the nested cross-validation; 3.")
@exit_on_user_error
def main(**options: Any) -> None:
    """Search the best settings within the training part; write them as recipe files.

    \b
    Examples:
      happysad experiment tune --data photos --models hog-svm
      python experiments/tune.py --config experiments/configs/fer2013/tune.toml
    """
    from happysad.experiments.reporting.per_experiment.tune_table import print_tuning

    # The shipped settings name their models and what to search for each.
    default = "tune.toml" if not options["models"] else None
    print_tuning(run_command(TuneConfig, tune, default, **options))


if __name__ == "__main__":
    main()
