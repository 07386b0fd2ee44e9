"""The raw scores of the other programs, and the labels and probabilities made of them.

``scores.csv`` has a row an image: ``file``, its path from the folder of the data sets, and a score
of happy and one of sad of each program, which need not add up to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import numpy as np

from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

PEERS = {"fer": "fer 25.10.3", "faceapi": "@vladmandic/face-api 1.7.15"}
SCORES = [f"{peer}_{label}" for peer in PEERS for label in ("happy", "sad")]
"""The columns of scores.csv that are compared with, by program."""


def read_scores(path: Path) -> pd.DataFrame:
    """``file`` and ``SCORES``, a row an image, as the texts in the file; UserError if damaged."""
    import pandas as pd

    try:
        frame = pd.read_csv(path, dtype=str, usecols=["file", *SCORES])
        if frame.isna().any(axis=None) or frame["file"].duplicated().any():
            raise ValueError
        frame[SCORES].astype(float)
    except FileNotFoundError:
        raise UserError(f"there are no scores {path}: name the file with --scores") from None
    except ValueError:
        wanted = ", ".join(["file", *SCORES])
        raise UserError(f"{path} is no table of scores, a row an image: {wanted}") from None
    return frame[["file", *SCORES]]


def peer_predictions(ours: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """The other programs' predictions for the images of our models', in the same columns.

    Happy is predicted where its score is the larger of the two; ``p_happy`` is its share of their
    sum. An image's path ends with the name that it has in the scores; UserError if it has none.
    """
    import pandas as pd

    first = ours.groupby("tested_on")["model"].transform("first")
    images = ours[ours["model"] == first]
    known = scores.set_index("file")[SCORES].astype(float)
    files = _names(images["image"].tolist(), known.index.tolist())
    missing = images[[not file for file in files]]["image"]
    if len(missing):
        raise UserError(
            f"{len(missing):,} of {len(images):,} images have no scores of the other programs, "
            f"such as {missing.iloc[0]}"
        )
    made = []
    for peer, program in PEERS.items():
        happy, sad = (known.loc[files, f"{peer}_{label}"].to_numpy() for label in ("happy", "sad"))
        predicted = np.where(happy > sad, "happy", "sad")
        p = happy / np.maximum(happy + sad, np.finfo(float).tiny)
        made.append(images.assign(model=program, p_happy=p, predicted=predicted, face=""))
    return pd.concat(made)


def _names(paths: Sequence[str], files: Sequence[str]) -> list[str]:
    """The one of the files that each path ends with; "" where there is none."""
    known, depths = set(files), sorted({len(PurePath(file).parts) for file in files})
    ends = (["/".join(PurePath(path).parts[-depth:]) for depth in depths] for path in paths)
    return [next((end for end in own if end in known), "") for own in ends]
