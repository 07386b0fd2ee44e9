"""Fit the models that are shipped with the package, and test them as their card reports.

``python experiments/shipping/ship.py`` fits them and fills a run's folder; ``--publish`` then
puts the models into the package, their numbers into ``docs/results/shipped``, and writes
``MODEL_CARD.md``.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np

from happysad.experiments.reporting.model_card.per_dataset_tables import (
    FOLDS,
    SHIPPED,
    print_shipped,
    write_tables,
)  # fmt: skip
from happysad.experiments.reporting.tables.run_tables import read_table
from happysad.experiments.runner.best_model import is_saved
from happysad.experiments.runner.candidates import recipe
from happysad.experiments.runner.engine import fit_task, run_tasks
from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask, cross_validation
from happysad.experiments.runner.run import Plan, identity_of, run_command, run_options, run_plan
from happysad.experiments.runner.run_context import Log, RunContext
from happysad.experiments.shipping.card import publish_shipped
from happysad.experiments.shipping.data import ShipConfig, ShipData, read_ship_data
from happysad.experiments.shipping.files import add_thresholds, save_shipped, shipped_file
from happysad.pipeline.evaluation.fit_and_evaluate import EvaluationResult
from happysad.pipeline.model_files import shipped
from happysad.utils.console import exit_on_user_error, silent

THRESHOLDS = ("thresholds", "neither")
"""Tables of the thresholds that go on the models' cards."""


def ship(config: ShipConfig, *, use_cache: bool = True, log: Log = silent) -> Path:
    """Run what is left of it; give the folder it wrote."""
    data = read_ship_data(config, log)
    identity = identity_of("ship", data.name, data.hash, config.seed, folds=config.folds)
    plan = Plan(identity, data.frame, ship_tasks(config, data), "runs/ship", data.notes)
    fit = partial(_fit, tasks=plan.tasks, terms=config.terms, data=data)
    return run_plan(plan, config, _report, fit=fit, use_cache=use_cache, log=log)


def ship_tasks(config: ShipConfig, data: ShipData) -> list[FitTask]:
    """For each model one fit on all that is fitted on, and one for each fold of the same images.

    The first is asked of the faces that are neither happy nor sad, too, which no fit has seen.
    The pre-trained CNN has seen the train part, so a model with it is evaluated on held-out images
    of the val part alone.
    """
    fresh = np.flatnonzero(data.frame["split"] == "val")
    folds = cross_validation(data.frame, data.fit, config.folds, config.seed)
    tasks: list[FitTask] = []
    for model in map(recipe, config.models or shipped.SHIPPED):
        tasks.append(model.task(data.fit, data.tests, condition=SHIPPED, seed=config.seed))
        settings = model.build(0).get_params()
        starts = (value for name, value in settings.items() if name.endswith("start_from"))
        pretrained = "pretrained" in map(str, starts)
        for fold, (rows, held_out) in folds.items():
            if pretrained:
                held_out = np.intersect1d(held_out, fresh)
            evaluated = {EvaluationSet(data.name, "val"): held_out}
            axes = {"condition": FOLDS, "fold": fold, "seed": config.seed}
            tasks.append(model.task(rows, evaluated, **axes))
    return tasks


def _fit(context: RunContext, tasks: list[FitTask], terms: list[str], data: ShipData) -> None:
    """Run the tasks and see that the files of the shipped models lie in the folder."""
    folder = context.run.path

    def save(task: FitTask, result: EvaluationResult) -> None:
        if task.condition == SHIPPED:
            save_shipped(folder, task, result, terms, data)

    run_tasks(context, tasks, save)
    for task in tasks:
        if task.condition == SHIPPED and not is_saved(shipped_file(folder, task.model), task):
            context.log(f"fitting {task.model}, whose file is not in the folder")
            save(task, fit_task(context, task))


def _report(folder: Path) -> None:
    write_tables(folder)
    add_thresholds(folder, *(read_table(folder / f"{name}.csv") for name in THRESHOLDS))


@click.command(name="ship")
@run_options
@click.option("--limit", type=click.IntRange(0), help="A trial with so many images of each part.")
@click.option("--publish", is_flag=True, help="Put the models into the package.")
@exit_on_user_error
def main(publish: bool, **options: Any) -> None:
    """Fit the models that are shipped with the package; --data is what they are fitted on."""
    default = str(Path(__file__).with_name("ship.toml"))
    folder = run_command(ShipConfig, ship, default, **options)
    print_shipped(folder)
    if publish:
        print(*publish_shipped(folder), sep="\n")


if __name__ == "__main__":
    main()
