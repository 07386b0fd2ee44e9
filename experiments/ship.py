"""Train the models that come along with the package, and test them every way the card reports.

``python experiments/ship.py`` fits them and fills a run's folder; ``--publish`` then puts the
models into the package, their numbers into ``docs/results/shipped``, and writes ``MODEL_CARD.md``.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from happysad.experiments.console import one_sentence, silent
from happysad.experiments.options import Say, run, run_options
from happysad.experiments.run_folder import RunFolder
from happysad.experiments.ship_config import ShipConfig
from happysad.features.errors import UserError
from happysad.features.files import atomic_write

if TYPE_CHECKING:
    from happysad.experiments.engine import Work
    from happysad.experiments.ship_data import ShipData
    from happysad.experiments.units import Unit
    from happysad.pipeline.trial import Trial


def ship(
    config: ShipConfig, *, check: bool = False, use_cache: bool = True, log: Say = silent
) -> Path:
    """Run what is left of it; give the folder it wrote.

    Parameters
    ----------
    config : ShipConfig
    check : bool
        Cross-validate without the weights too, to see what they do.
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

    from happysad.experiments.engine import Work
    from happysad.experiments.prepare import store_folder
    from happysad.experiments.reporting.shipped_tables import write_tables
    from happysad.experiments.run_folder import read_rows
    from happysad.experiments.ship_data import read_ship_data, weight_table
    from happysad.experiments.ship_files import add_thresholds
    from happysad.experiments.ship_units import ship_units

    if not config.recipes:
        raise UserError("recipes: name at least one model and the recipe that it is made by")
    data = read_ship_data(config, log)
    units = ship_units(config, data, check)
    folder = RunFolder(config.out or "runs/ship", _identity(config, data))
    details = {"config": vars(config), "notes": data.notes}
    folder.describe({"state": "running", **details})
    with store_folder(use_cache) as store:
        work = Work(folder, data.frame, store, config.jobs or joblib.cpu_count(), log)
        _fit(work, units, config, data)
    folder.describe({"state": "computed", **details})
    with atomic_write(folder.path / "weights.csv") as beside:
        weight_table(data, config).to_csv(beside, index=False, float_format="%.6g")
    write_tables(folder.path)
    add_thresholds(folder.path, read_rows(folder.path / "thresholds.csv"))
    folder.describe({"state": "finished", **details})
    return folder.path


def _identity(config: ShipConfig, data: ShipData) -> dict[str, Any]:
    """Shares and recipes do not count: fits with others are made anew, one by one."""
    same = {"question": "ship", "dataset": ", ".join(config.data_sets), "data": data.digest}
    return {**same, "parts": config.parts, "folds": config.folds, "seed": config.seed}


def _fit(work: Work, units: list[Unit], config: ShipConfig, data: ShipData) -> None:
    """Run the units and see that the folder holds every shipped model, with its card."""
    from happysad.experiments.engine import fit_unit, run_units
    from happysad.experiments.ship_files import is_saved, save_shipped
    from happysad.experiments.ship_units import SHIPPED

    def save(unit: Unit, trial: Trial) -> None:
        if unit.condition == SHIPPED:
            save_shipped(work.run.path, unit, trial, config, data)

    run_units(work, units, save)
    for unit in units:
        if unit.condition == SHIPPED and not is_saved(work.run.path, unit):
            work.log(f"fitting {unit.model}, whose file is not in the folder")
            save(unit, fit_unit(work, unit))


@click.command(name="ship")
@run_options
@click.option("--check", is_flag=True, help="Cross-validate without the weights too.")
@click.option("--limit", type=click.IntRange(0), help="A trial with so many images of each part.")
@click.option("--publish", "publish_it", is_flag=True, help="Put the models into the package.")
@one_sentence
def main(
    config_file: str | None,
    no_cache: bool,
    quiet: bool,
    check: bool,
    publish_it: bool,
    **flags: Any,
) -> None:
    """Train the models that come along; the data sets are named in the config file."""
    from happysad.experiments.reporting.shipped_tables import print_shipped

    if flags.pop("data") or flags.pop("models"):
        raise UserError("ship takes its data_sets and recipes from the config file")
    experiment = partial(ship, check=check)
    folder = run(ShipConfig, experiment, config_file, no_cache, quiet, "ship.toml", **flags)
    print_shipped(folder)
    if publish_it:
        from happysad.experiments.ship_publish import publish_shipped

        for line in publish_shipped(folder):
            print(line)


if __name__ == "__main__":
    main()
