"""Several data sets as one frame, each in one or more subsets that are fitted and tested apart."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from happysad.experiments.datasets.image_formats import format_names, image_form
from happysad.experiments.runner.fit_tasks import Rows
from happysad.experiments.runner.run_context import Log
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from happysad.pipeline.data.dataset import DataSet


@dataclass(frozen=True)
class DomainSubset:
    """A data set, or those of its images that have one format.

    Attributes
    ----------
    name : str
    train, test : (n,) int
        Rows of the common frame.
    for_others : (n,) int
        Rows that models fitted elsewhere are tested on: an official test part, or where the
        parts were drawn here, all images.
    """

    name: str
    train: Rows
    test: Rows
    for_others: Rows


def read_subsets(
    sources: Sequence[str], apart: Sequence[str], seed: int, log: Log
) -> tuple[pd.DataFrame, list[DomainSubset], str, list[str]]:
    """The images of all data sets as one frame, the subsets, a digest of all, and notes.

    Parameters
    ----------
    sources : sequence of str
        As ``load_data`` takes them.
    apart : sequence of str
        Names of data sets that are cut by the format of their images.

    Raises
    ------
    UserError
        A data set cannot be read, two have one name, or ``apart`` names none of them.
    """
    import pandas as pd

    from happysad.pipeline.data.dataset import load_data

    sets = [load_data(source, seed=seed, log=log) for source in sources]
    names = [data.name for data in sets]
    if len(set(names)) < len(names):
        raise UserError(f"two of the data sets are called alike: {', '.join(names)}")
    unknown = [name for name in apart if name not in names]
    if unknown:
        raise UserError(f"formats_apart: there is no data set {unknown[0]}, but {', '.join(names)}")
    frames, drawn = [], {}
    for data in sets:
        for name, part in _by_format(data, data.name in apart):
            frames.append((_with_own_parts(part, seed) if data.drawn else part).assign(subset=name))
            drawn[name] = data.drawn
    frame = pd.concat(frames, ignore_index=True).fillna("")
    digest = hashlib.sha256(" ".join(data.hash for data in sets).encode()).hexdigest()
    notes = [f"{data.name}: {line}" for data in sets for line in data.notes]
    return frame, [_subset(frame, name, drawn[name]) for name in drawn], digest, notes


def _by_format(data: DataSet, apart: bool) -> list[tuple[str, pd.DataFrame]]:
    if not apart:
        return [(data.name, data.frame)]
    formats = np.array(format_names([image_form(path) for path in data.frame["path"]]))
    return [
        (f"{data.name} {name}", data.frame[formats == name].reset_index(drop=True))
        for name in sorted(set(formats))
    ]


def _with_own_parts(part: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The images of one subset with parts of its own: those of the whole may miss it."""
    from happysad.pipeline.data.splits import assign_parts

    try:
        splits = assign_parts(part["label"].tolist(), part["group"].tolist(), seed=seed)
    except UserError:  # too few people of a class: it is tested on, and not fitted
        splits = [""] * len(part)
    return part.assign(split=splits)


def _subset(frame: pd.DataFrame, name: str, drawn: bool) -> DomainSubset:
    own = (frame["subset"] == name).to_numpy(bool)
    train, test = (np.flatnonzero(own & (frame["split"] == part)) for part in ("train", "test"))
    return DomainSubset(name, train, test, np.flatnonzero(own) if drawn else test)
