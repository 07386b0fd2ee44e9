"""The fits behind the models that come along: the models themselves, and what tests them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from happysad.experiments.pieces import Piece
from happysad.experiments.ship_config import ShipConfig
from happysad.experiments.ship_data import ShipData
from happysad.experiments.units import Place, Rows, Unit
from happysad.features.errors import UserError
from happysad.pipeline.folds import Fold

SHIPPED = "shipped"
ALONE = "fitted alone on "
WITHOUT = "without "
FOLDS = "cross-validated"
UNWEIGHTED = "cross-validated, unweighted"


def ship_units(config: ShipConfig, data: ShipData, check: bool = False) -> list[Unit]:
    """For each model:

    - fitted on the train part of a set with official parts alone, every image counting the same,
      as a comparison does it; tested on its val and test part and on all other pieces;
    - shipped: fitted on everything with weights, tested on the official test parts;
    - cross-validated: the same recipe and weights in folds that keep persons together;
    - without each data set in turn: the same recipe and weights on the others;
    - where ``check`` is set, cross-validated without the weights, to see what they do.
    """
    units: list[Unit] = []
    for name, recipe in config.recipes.items():
        made = partial(_unit, config, data, str(name), str(recipe))
        for piece in data.pieces:
            if data.official(piece):
                units.append(made(ALONE + piece.name, piece.train, _around(data, piece), False))
        tests = {Place(p.name, "test"): p.test for p in data.pieces if data.official(p)}
        units.append(made(SHIPPED, data.fit, tests))
        for condition, weighted in ((FOLDS, True), (UNWEIGHTED, False))[: 1 + check]:
            for number, (rows, held) in enumerate(joint_folds(config, data), 1):
                units.append(made(condition, rows, _places(data, held, "val"), weighted, number))
        units += [made(*left_out) for left_out in _leave_one_out(data)]
    return units


def joint_folds(config: ShipConfig, data: ShipData) -> list[Fold]:
    """Folds over all that is fitted on; each has its share of every piece and class.

    Raises
    ------
    UserError
        There are fewer images of a class in a piece than folds.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    part = data.frame.iloc[data.fit]
    strata = (part["piece"] + " " + part["label"]).to_numpy(str)
    names, counts = np.unique(strata, return_counts=True)
    if counts.min() < config.folds:
        raise UserError(f"too few images of {names[counts.argmin()]} for {config.folds} folds")
    splitter = StratifiedGroupKFold(config.folds, shuffle=True, random_state=config.seed)
    folds = splitter.split(np.zeros((len(part), 1)), strata, part["group"].to_numpy(str))
    return [(data.fit[rows], data.fit[held]) for rows, held in folds]


def _unit(
    config: ShipConfig,
    data: ShipData,
    name: str,
    recipe: str,
    condition: str,
    rows: Rows,
    places: dict[Place, Rows],
    weighted: bool = True,
    fold: int = 0,
) -> Unit:
    from happysad.pipeline.models import find_recipe, make_model

    weights = data.weights(rows, config) if weighted else None
    if weights is not None:  # a format of one class counts nothing: its images need no fitting
        rows, weights = rows[weights > 0], weights[weights > 0]
    return Unit(
        name,
        partial(make_model, recipe),
        rows,
        places,
        condition=condition,
        fold=fold,
        seed=config.seed,
        summary=find_recipe(recipe).summary,
        weights=weights,
    )


def _around(data: ShipData, own: Piece) -> dict[Place, Rows]:
    """The piece's own val and test part, and what others are tested on of the other pieces."""
    places = {Place(own.name, "val"): _part(data, own, "val"), Place(own.name, "test"): own.test}
    for other in data.pieces:
        if other is not own:
            places[Place(other.name, "test")] = _of_strangers(data, other.for_others, own.train)
    return {place: rows for place, rows in places.items() if len(rows)}


def _leave_one_out(data: ShipData) -> Iterator[tuple[str, Rows, dict[Place, Rows]]]:
    """For each data set: the condition, the rows of all others, and its pieces to test on."""
    source = data.frame["source"].to_numpy(str)
    for name in dict.fromkeys(source):
        rows = data.fit[source[data.fit] != name]
        places = {
            Place(p.name, "test"): _of_strangers(data, p.for_others, rows)
            for p in data.pieces
            if source[data.of(p)[0]] == name
        }
        yield WITHOUT + name, rows, {place: held for place, held in places.items() if len(held)}


def _of_strangers(data: ShipData, rows: Rows, fitted: Rows) -> Rows:
    """The rows without those of people and pictures that were fitted on."""
    group = data.frame["group"].to_numpy(str)
    return rows[~np.isin(group[rows], group[fitted])]


def _part(data: ShipData, piece: Piece, split: str) -> Rows:
    rows = data.of(piece)
    return rows[(data.frame["split"].iloc[rows] == split).to_numpy(bool)]


def _places(data: ShipData, rows: Rows, split: str) -> dict[Place, Rows]:
    """The rows of each piece."""
    piece = data.frame["piece"].to_numpy(str)[rows]
    return {Place(p.name, split): rows[piece == p.name] for p in data.pieces if p.name in piece}
