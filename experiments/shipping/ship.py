"""Fit the models that come with the package, and test them as their card reports.

``python experiments/shipping/ship.py`` fits them and fills a run's folder; ``--publish`` then
puts the models into the package, their numbers into ``docs/results/shipped``, and writes
``MODEL_CARD.md``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from happysad.experiments.runner.options import Say, run, run_options
from happysad.experiments.runner.run_folder import RunFolder
from happysad.experiments.shipping.config import ShipConfig
from happysad.utils.console import exit_on_user_error, silent

if TYPE_CHECKING:
    from happysad.experiments.runner.fit_tasks import FitTask
    from happysad.pipeline.evaluation.fit_and_evaluate import EvaluationResult


def ship(config: ShipConfig, *, use_cache: bool = True, log: Say = silent) -> Path:
    """Run what is left of it; give the folder it wrote.

    Parameters
    ----------
    config : ShipConfig
    use_cache : bool
        Keep faces and features on disk from one run to the next.
    log : callable
        Called with lines for the reader.

    Raises
    ------
    UserError
        The data, a recipe's name or the folder is wrong, or a shipped model cannot be fitted.
    """
    import joblib

    from happysad.experiments.reporting.model_card.per_dataset_tables import write_tables
    from happysad.experiments.runner.cache_warmup import feature_cache_folder
    from happysad.experiments.runner.engine import Work, fit_task, run_tasks
    from happysad.experiments.runner.run_folder import read_rows
    from happysad.experiments.shipping.data import read_ship_data
    from happysad.experiments.shipping.files import add_thresholds, is_saved, save_shipped
    from happysad.experiments.shipping.fits import SHIPPED, ship_units

    data = read_ship_data(config, log)
    units = ship_units(config, data)
    identity = {"question": "ship", "dataset": data.name, "data": data.digest}
    folder = RunFolder(
        config.out or "runs/ship", {**identity, "folds": config.folds, "seed": config.seed}
    )
    details = {"config": vars(config), "notes": data.notes}
    folder.describe({"state": "running", **details})

    def save(unit: FitTask, trial: EvaluationResult) -> None:
        if unit.condition == SHIPPED:
            save_shipped(folder.path, unit, trial, config.terms, data)

    with feature_cache_folder(use_cache) as store:
        work = Work(folder, data.frame, store, config.jobs or joblib.cpu_count(), log)
        run_tasks(work, units, save)
        for unit in units:
            if unit.condition == SHIPPED and not is_saved(folder.path, unit):
                log(f"fitting {unit.model}, whose file is not in the folder")
                save(unit, fit_task(work, unit))
    folder.describe({"state": "computed", **details})
    write_tables(folder.path)
    add_thresholds(folder.path, read_rows(folder.path / "thresholds.csv"))
    folder.describe({"state": "finished", **details})
    return folder.path


@click.command(name="ship")
@run_options
@click.option("--limit", type=click.IntRange(0), help="A trial with so many images of each part.")
@click.option("--publish", "publish_it", is_flag=True, help="Put the models into the package.")
@exit_on_user_error
def main(
    config_file: str | None, no_cache: bool, quiet: bool, publish_it: bool, **flags: Any
) -> None:
    """Fit the models that come with the package; --data is what they are fitted on."""
    from happysad.experiments.reporting.model_card.per_dataset_tables import print_shipped

    folder = run(ShipConfig, ship, config_file, no_cache, quiet, "ship.toml", **flags)
    print_shipped(folder)
    if publish_it:
        from happysad.experiments.shipping.card import publish_shipped

        for line in publish_shipped(folder):
            print(line)


if __name__ == "__main__":
    main()
