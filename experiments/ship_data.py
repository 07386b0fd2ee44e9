"""The images that the models that come along are fitted and measured on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from happysad.experiments.nested import nested_subsets
from happysad.experiments.pieces import Piece, read_pieces
from happysad.experiments.ship_config import ShipConfig
from happysad.experiments.units import Rows
from happysad.features.errors import UserError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class ShipData:
    """Several data sets as one frame.

    Attributes
    ----------
    frame : pandas.DataFrame
        As ``read_pieces`` gives it; images of one person, or that show one picture, have the
        same ``group`` whatever data set they are in.
    pieces : list of Piece
    fit : (n,) int
        Rows that the shipped models are fitted on.
    digest : str
        Of all images, labels and parts.
    notes : list of str
    """

    frame: pd.DataFrame
    pieces: list[Piece]
    fit: Rows
    digest: str
    notes: list[str]

    def of(self, piece: Piece) -> Rows:
        """All rows of a piece."""
        return np.flatnonzero(self.frame["piece"] == piece.name)

    def official(self, piece: Piece) -> bool:
        """Whether the piece has parts of its own, and a test part that nothing is fitted on."""
        return len(piece.for_others) < len(self.of(piece))

    def weights(self, rows: Rows, config: ShipConfig) -> NDArray[np.float64]:
        """What each of some rows counts in a fit on these."""
        from happysad.pipeline.format_weights import format_weights

        part = self.frame.iloc[rows]
        sources, formats, labels = (part[name].tolist() for name in ("source", "piece", "label"))
        return format_weights(sources, formats, labels, config.shares, config.most)


def weight_table(data: ShipData, config: ShipConfig) -> pd.DataFrame:
    """What the images that the shipped models are fitted on count, a row a piece and class.

    ``n`` images, ``weight`` of each, and ``share`` of the whole weight.
    """
    part = data.frame.iloc[data.fit].assign(weight=data.weights(data.fit, config))
    cells = part.groupby(["piece", "label"], sort=False)["weight"].agg(["size", "mean", "sum"])
    table = cells.reset_index().rename(
        columns={"piece": "dataset", "size": "n", "mean": "weight", "sum": "share"}
    )
    return table.assign(share=table["share"] / table["share"].sum())


def read_ship_data(config: ShipConfig, log: Callable[[str], None]) -> ShipData:
    """Read the data sets of the settings, those that show one picture in one group.

    Raises
    ------
    UserError
        There are fewer than two data sets, one cannot be read or has no share of the weight.
    """
    if len(config.data_sets) < 2:
        raise UserError("data_sets: give two data sets or more")
    frame, pieces, digest, notes = read_pieces(
        config.data_sets, config.formats_apart, config.seed, log
    )
    missing = sorted(set(frame["source"]) - set(config.shares))
    if missing:
        raise UserError(f"shares: the data set {missing[0]} has none; give it a number above 0")
    log("looking for pictures that are in two data sets")
    groups, shared = joint_groups(frame)
    found = f"{shared} pictures are in two data sets and held out together" if shared else ""
    kept = [line for line in notes if "no official parts" not in line]  # all of such a set is used
    notes = [*kept, found or "no picture is in two data sets"]
    log(notes[-1])
    data = ShipData(frame.assign(group=groups), pieces, np.zeros(0, np.intp), digest, notes)
    data = limited(data, config.limit, config.seed) if config.limit else data
    return replace(data, fit=_fit_rows(data, config.parts))


def joint_groups(frame: pd.DataFrame) -> tuple[list[str], int]:
    """Groups that reach across data sets, and how many pairs of pictures join two data sets."""
    from happysad.pipeline.contents import alike, open_all
    from happysad.pipeline.grouping import connected_groups
    from happysad.pipeline.listing import Row

    rows, _ = open_all([Row(Path(path), "") for path in frame["path"]])
    number = {path: n for n, path in enumerate(frame["path"])}
    sources, own = frame["source"].tolist(), frame["group"].tolist()
    keys: list[list[Hashable]] = [[pair] for pair in zip(sources, own, strict=True)]
    shared = 0
    for pair in alike(rows):
        one, two = (number[str(rows[n].path)] for n in (pair.first, pair.second))
        if sources[one] != sources[two]:
            shared += 1
            keys[one].append(shared)
            keys[two].append(shared)
    return [f"{sources[n]}: {own[n]}" for n in connected_groups(keys)], shared


def limited(data: ShipData, limit: int, seed: int) -> ShipData:
    """So many images of each part of each piece, whole groups at a time; of no parts, of all."""
    kept = []
    for piece in data.pieces:
        rows, frame = data.of(piece), data.frame
        parts = frame["split"].iloc[rows].to_numpy(str)
        for part in sorted(set(parts)) if data.official(piece) else [""]:
            own = rows[parts == part] if part else rows
            labels, groups = (frame[name].iloc[own].tolist() for name in ("label", "group"))
            kept.append(own[nested_subsets(labels, groups, [limit], seed)[0]])
    chosen = np.sort(np.concatenate(kept))
    place = np.full(len(data.frame), -1)
    place[chosen] = np.arange(len(chosen))
    pieces = [
        Piece(p.name, *(place[r][place[r] >= 0] for r in (p.train, p.test, p.for_others)))
        for p in data.pieces
    ]
    digest = hashlib.sha256(f"{data.digest} {limit} {seed}".encode()).hexdigest()
    note = f"a trial: {limit} images of each part, {len(chosen):,} of {len(data.frame):,} in all"
    frame = data.frame.iloc[chosen].reset_index(drop=True)
    return replace(data, frame=frame, pieces=pieces, digest=digest, notes=[*data.notes, note])


def _fit_rows(data: ShipData, parts: list[str]) -> Rows:
    """All images of sets without official parts, and the named parts of the others."""
    found = []
    for piece in data.pieces:
        rows = data.of(piece)
        official = data.official(piece)
        split = data.frame["split"].iloc[rows]
        found.append(rows[split.isin(parts)] if official else rows)
    return np.sort(np.concatenate(found)).astype(np.intp)
