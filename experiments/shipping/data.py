"""The images that the shipped models are fitted and tested on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from happysad.experiments.datasets.nested_subsets import nested_subsets
from happysad.experiments.datasets.subsets import read_subsets
from happysad.experiments.runner.fit_tasks import EvaluationSet, Rows
from happysad.experiments.shipping.config import ShipConfig

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class ShipData:
    """The data set that is fitted on and the others as one frame.

    Attributes
    ----------
    frame : pandas.DataFrame
        As ``read_subsets`` gives it. All images of the other data sets are in the part "test";
        ``near_duplicate_of`` is not empty for images of a test part that show a picture that is
        fitted on.
    name : str
        Of the data set that is fitted on.
    fit : (n,) int
        Rows that the shipped models are fitted on.
    tests : dict of EvaluationSet to (m,) int
        Rows that they are tested on.
    digest : str
        Of all images, labels and parts.
    notes : list of str
    """

    frame: pd.DataFrame
    name: str
    fit: Rows
    tests: dict[EvaluationSet, Rows]
    digest: str
    notes: list[str]


def read_ship_data(config: ShipConfig, log: Callable[[str], None]) -> ShipData:
    """Read the data sets of the settings.

    Raises
    ------
    UserError
        A data set cannot be read, two have one name, or ``formats_apart`` names none of them.
    """
    sources = [config.data, *config.others]
    frame, _, digest, notes = read_subsets(sources, config.formats_apart, config.seed, log)
    name = str(frame["source"].iloc[0])
    frame["split"] = frame["split"].where(frame["source"] == name, "test")
    # Of other data sets all images are tested on, so how they are cut into parts does not count.
    notes = [line for line in notes if line.startswith(f"{name}:") or "official parts" not in line]
    if config.limit:
        whole, frame = len(frame), limited(frame, config.limit, config.seed)
        digest = hashlib.sha256(f"{digest} {config.limit} {config.seed}".encode()).hexdigest()
        notes.append(
            f"a trial: {config.limit} images of each part, {len(frame):,} of {whole:,} in all"
        )
    fit = (frame["split"] != "test").to_numpy(bool)
    frame["near_duplicate_of"] = _twins(frame, fit, name)
    piece = frame["piece"].to_numpy(str)
    tests = {
        EvaluationSet(one, "test"): np.flatnonzero(~fit & (piece == one))
        for one in _last_first(piece)
    }
    return ShipData(frame, name, np.flatnonzero(fit), tests, digest, notes)


def limited(frame: pd.DataFrame, limit: int, seed: int) -> pd.DataFrame:
    """So many images of each part of each piece, whole groups at a time."""
    import pandas as pd

    kept = []
    for _, part in frame.groupby(["piece", "split"], sort=False):
        labels, groups = part["label"].tolist(), part["group"].tolist()
        kept.append(part.iloc[nested_subsets(labels, groups, [limit], seed)[0]])
    return pd.concat(kept).sort_index().reset_index(drop=True)


def _twins(frame: pd.DataFrame, fit: NDArray[np.bool_], name: str) -> pd.Series[str]:
    """A path of a picture that is fitted on, for each test image that shows it; else "".

    Of the same group as an image fitted on, or named by the loader, whose twins are in train alone.
    """
    first = frame[fit].groupby("group")["path"].first()
    own = frame["group"].map(first).fillna("")
    named = frame["near_duplicate_of"].where(
        frame["near_duplicate_of"].isin(frame.loc[fit, "path"]), ""
    )
    return named.where(named != "", own).where(~fit & (frame["source"] == name), "")


def _last_first(pieces: NDArray[np.str_]) -> list[str]:
    """Each piece once, the data set fitted on at the end: answers to its images are timed."""
    first, *others = dict.fromkeys(pieces.tolist())
    return [*others, first]
