"""The settings of ``ship.py``, and the images that its models are fitted and tested on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from happysad.experiments.datasets.nested_subsets import nested_subsets
from happysad.experiments.datasets.subsets import read_subsets
from happysad.experiments.runner.config import RunConfig
from happysad.experiments.runner.fit_tasks import EvaluationSet, Rows
from happysad.experiments.runner.run_context import Log
from happysad.experiments.shipping.neither import read_neither
from happysad.utils.errors import UserError


@dataclass(frozen=True)
class ShipConfig(RunConfig):
    """The settings of ``ship``.

    The train and val parts of ``data`` are fitted on, its test part is for reporting; no
    ``models`` means those that the package names.
    """

    others: list[str] = field(default_factory=list)  # data sets tested on whole, never fitted on
    formats_apart: list[str] = field(default_factory=list)  # names of those cut by image format
    folds: int = 5  # of the grouped cross-validation that the thresholds for "unsure" come from
    limit: int = 0  # so many images of each part, to try the whole out; 0 for all
    terms: list[str] = field(default_factory=list)  # the data's, a sentence each, for the cards
    called: dict[str, Any] = field(default_factory=dict)
    """What the card calls parts of data sets: "fer2013 test" = "FER2013 PrivateTest"."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.folds < 2 or self.limit < 0:
            raise UserError("folds is 2 or more, limit 0 or more")


@dataclass(frozen=True, eq=False)
class ShipData:
    """The data set that is fitted on and the others as one frame, as ``read_subsets`` gives it.

    All images of the others are in the part "test"; ``near_duplicate_of`` is not empty for images
    of a test part that show a picture of train, whatever its label there, or of val. Below them
    stand the faces of the data set that are neither happy nor sad, see ``read_neither``.
    """

    frame: pd.DataFrame
    name: str  # of the data set that is fitted on
    fit: Rows
    tests: dict[EvaluationSet, Rows]  # those that are neither, and are not scored, among them
    hash: str  # of all images that are happy or sad, their labels and parts
    notes: list[str]


def read_ship_data(config: ShipConfig, log: Log) -> ShipData:
    """Read the data sets of the settings."""
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
    frame["near_duplicate_of"] = _duplicates_of_fitted(frame, fit, name)
    subset = frame["subset"].to_numpy(str)
    neither, more = read_neither(config.data, config.limit, config.seed)
    notes += [f"{name}: {line}" for line in more]
    tests = {
        EvaluationSet(name, str(split)): len(frame) + np.asarray(rows)
        for split, rows in neither.groupby("split").indices.items()
    }
    own, *others = dict.fromkeys(subset.tolist())
    tests |= {
        EvaluationSet(one, "test"): np.flatnonzero(~fit & (subset == one))
        for one in (*others, own)  # predictions for the last one's images are timed
    }
    frame = pd.concat([frame, neither.assign(source=name, subset=name)], ignore_index=True)
    return ShipData(frame.fillna(""), name, np.flatnonzero(fit), tests, digest, notes)


def limited(frame: pd.DataFrame, limit: int, seed: int) -> pd.DataFrame:
    """So many images of each part of each subset, whole groups at a time."""
    kept = []
    for _, part in frame.groupby(["subset", "split"], sort=False):
        labels, groups = part["label"].tolist(), part["group"].tolist()
        kept.append(part.iloc[nested_subsets(labels, groups, [limit], seed)[0]])
    return pd.concat(kept).sort_index().reset_index(drop=True)


def _duplicates_of_fitted(frame: pd.DataFrame, fit: NDArray[np.bool_], name: str) -> pd.Series[str]:
    """The path of a picture that is fitted on, for each test image that shows it; else "".

    Named by the loader, which looks in train alone, there among all classes, or of the same group
    as an image fitted on.
    """
    first = frame[fit].groupby("group")["path"].first()
    own = frame["group"].map(first).fillna("")
    named = frame["near_duplicate_of"]
    return named.where(named != "", own).where(~fit & (frame["source"] == name), "")
