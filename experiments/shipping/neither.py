"""Faces that are neither happy nor sad, which the default of "unsure" is to refuse."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from happysad.pipeline.data.dataset import list_images
from happysad.pipeline.data.image_loading import open_images
from happysad.pipeline.data.records import class_counts, counted, images
from happysad.pipeline.evaluation.neutral_band import NEUTRAL

SPLITS = {"val": "val neither", "test": "test neither"}
"""Parts of the data set, and what its other classes therein are called: they are not scored."""


def read_neither(
    source: str | Path, limit: int = 0, seed: int = 0
) -> tuple[pd.DataFrame, list[str]]:
    """Images of the other classes in the val and test parts of a data set, and notes.

    The columns are ``path``, ``label`` (the folder's name, "neutral" in any letter case), ``split``
    (one of ``SPLITS``) and ``sha256``, all text. With a ``limit``, so many of each part, drawn at
    random.
    """
    records, _ = list_images(source)
    listed = records.others[records.others["split"].isin(list(SPLITS))]
    opened = open_images(listed)
    failed = opened[opened["error"] != ""]
    notes = []
    if len(failed):
        notes.append(counted(records.names(failed["path"]), "unreadable image", "left out"))
    frame = opened[opened["error"] == ""]
    if limit:
        drawn = frame.sample(frac=1, random_state=seed).groupby("split").head(limit)
        frame = drawn.sort_index()
    label = frame["label"].where(frame["label"].str.casefold() != NEUTRAL, NEUTRAL)
    frame = frame.assign(label=label)
    for part, own in frame.groupby("split"):
        counts = class_counts(own["label"])
        notes.append(f"{images(len(own))} of other classes in {part} answered after all: {counts}")
    frame = frame.assign(split=frame["split"].map(SPLITS))
    return frame[["path", "label", "split", "sha256"]].reset_index(drop=True), notes
