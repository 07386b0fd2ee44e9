"""Pictures of val and test that are in train under another label, such as neutral or fear.

The images of other classes are no part of a data set of happy and sad faces, but a model may have
learnt from them before.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from happysad.pipeline.data.image_loading import open_images
from happysad.pipeline.data.records import ImageRecords, class_counts
from happysad.pipeline.duplicates.near_duplicates import EQUAL, Pair, find_near_duplicates_between


def open_others(records: ImageRecords, frame: pd.DataFrame) -> pd.DataFrame:
    """``open_images`` of the other classes in the official train part; what fails is left out.

    Of no images where ``frame``, the data set's own, has none in val or test.
    """
    held = bool(frame["split"].isin(["val", "test"]).any())
    opened = open_images(records.others[(records.others["split"] == "train") & held])
    return opened[opened["error"] == ""].reset_index(drop=True)


def other_class_pairs(frame: pd.DataFrame, others: pd.DataFrame) -> list[Pair]:
    """Near-duplicates, exact copies included, of val and test images among ``open_others``.

    ``first`` is a position in ``frame``, opened images with their parts, ``second`` in ``others``.
    """
    held = np.flatnonzero(frame["split"].isin(["val", "test"]))
    thumbnails = frame["thumbnail"].iloc[held].tolist()
    found = find_near_duplicates_between(thumbnails, others["thumbnail"].tolist())
    pairs = [Pair(int(held[p.first]), p.second, p.match) for p in found]
    # A blank image is a near-duplicate of nothing, but can still have exact copies.
    blank = others[others["thumbnail"].isna()].drop_duplicates("sha256")
    first = dict(zip(blank["sha256"], blank.index, strict=True))
    digests = frame["sha256"].iloc[held]
    copies = ((n, first.get(one)) for n, one in zip(held.tolist(), digests, strict=True))
    return pairs + [Pair(n, int(other), EQUAL) for n, other in copies if other is not None]


def with_other_classes(
    frame: pd.DataFrame, records: ImageRecords, others: pd.DataFrame
) -> pd.DataFrame:
    """Name the nearest of the other classes in ``near_duplicate_of`` where train itself has none.

    ``frame`` is as ``image_loading.with_near_duplicates`` gives it.
    """
    paths, labels = others["path"].tolist(), others["label"].tolist()
    named, split = frame["near_duplicate_of"].tolist(), frame["split"].to_numpy()
    nearest: dict[int, int] = {}
    pairs = other_class_pairs(frame, others)
    for pair in sorted(pairs, key=lambda pair: pair.match, reverse=True):
        if not named[pair.first]:
            nearest.setdefault(pair.first, pair.second)
    for part in ("val", "test"):
        leaked = [n for n in sorted(nearest) if split[n] == part]
        counts = class_counts(labels[nearest[n]] for n in leaked)
        text = f"of {part} with a near-duplicate in train only under another label ({counts}; kept)"
        records.add_note(records.names(frame["path"].iloc[leaked]), "image", text)
    return frame.assign(
        near_duplicate_of=[
            paths[nearest[n]] if n in nearest else name for n, name in enumerate(named)
        ]
    )
