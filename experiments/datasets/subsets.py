"""Several data sets as one frame, each in one or more subsets that are fitted and tested apart."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from happysad.experiments.datasets.image_formats import format_names, image_form
from happysad.experiments.runner.fit_tasks import Rows
from happysad.experiments.runner.run_context import Log
from happysad.pipeline.data.dataset import load_data
from happysad.pipeline.data.splits import assign_parts
from happysad.utils.errors import UserError


@dataclass(frozen=True)
class DomainSubset:
    """A data set, or those of its images that have one format: rows of the common frame.

    Models fitted elsewhere are tested on ``for_others``: an official test part, or where the
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

    Data sets whose names are in ``apart`` are cut by the format of their images.
    """
    sets = [load_data(source, seed=seed, log=log) for source in sources]
    names = [data.name for data in sets]
    if len(set(names)) < len(names):
        raise UserError(f"two of the data sets are called alike: {', '.join(names)}")
    unknown = [name for name in apart if name not in names]
    if unknown:
        raise UserError(f"formats_apart: there is no data set {unknown[0]}, but {', '.join(names)}")
    frames, drawn = [], {}
    for data in sets:
        own = [data.name] * len(data.frame)
        if data.name in apart:
            formats = format_names([image_form(path) for path in data.frame["path"]])
            own = [f"{data.name} {name}" for name in formats]
        for name, part in data.frame.assign(subset=own).groupby("subset"):
            frames.append(_with_own_parts(part, seed) if data.drawn else part)
            drawn[str(name)] = data.drawn
    frame = pd.concat(frames, ignore_index=True).fillna("")
    digest = hashlib.sha256(" ".join(data.hash for data in sets).encode()).hexdigest()
    notes = [f"{data.name}: {line}" for data in sets for line in data.notes]
    return frame, [_subset(frame, name, drawn[name]) for name in drawn], digest, notes


def _with_own_parts(part: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The images of one subset with parts of its own: those of the whole may miss it."""
    try:
        splits = assign_parts(part["label"].tolist(), part["group"].tolist(), seed=seed)
    except UserError:  # too few people of a class: it is tested on, and not fitted
        splits = [""] * len(part)
    return part.assign(split=splits)


def _subset(frame: pd.DataFrame, name: str, drawn: bool) -> DomainSubset:
    own = (frame["subset"] == name).to_numpy(bool)
    train, test = (np.flatnonzero(own & (frame["split"] == part)) for part in ("train", "test"))
    return DomainSubset(name, train, test, np.flatnonzero(own) if drawn else test)
