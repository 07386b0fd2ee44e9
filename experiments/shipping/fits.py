"""The fits behind the shipped models: the models themselves, and their cross-validation."""

from __future__ import annotations

from functools import partial

from happysad.experiments.reporting.model_card.per_dataset_tables import FOLDS, SHIPPED
from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask, Rows
from happysad.experiments.shipping.config import ShipConfig
from happysad.experiments.shipping.data import ShipData


def ship_units(config: ShipConfig, data: ShipData) -> list[FitTask]:
    """For each model one fit on all that is fitted on, and one for each fold of the same images.

    Raises
    ------
    UserError
        There is no such recipe, or there are too few images for the folds.
    """
    from happysad.pipeline.data.folds import grouped_folds
    from happysad.pipeline.model_files import shipped

    labels, groups = (data.frame[name].iloc[data.fit].tolist() for name in ("label", "group"))
    folds = grouped_folds(labels, groups, config.folds, config.seed)
    units: list[FitTask] = []
    for name in config.models or shipped.SHIPPED:
        units.append(_unit(config, name, SHIPPED, data.fit, data.tests))
        for number, (rows, held) in enumerate(folds, 1):
            places = {EvaluationSet(data.name, "val"): data.fit[held]}
            units.append(_unit(config, name, FOLDS, data.fit[rows], places, number))
    return units


def _unit(
    config: ShipConfig,
    name: str,
    condition: str,
    rows: Rows,
    places: dict[EvaluationSet, Rows],
    fold: int = 0,
) -> FitTask:
    from happysad.pipeline.models.registry import find_recipe, make_model

    return FitTask(
        name,
        partial(make_model, name),
        rows,
        places,
        condition=condition,
        fold=fold,
        seed=config.seed,
        summary=find_recipe(name).summary,
    )
