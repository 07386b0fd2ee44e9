"""What has a name in a model's view of a face, and how much each of it speaks for happy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from happysad.features.faces.face_batch import Faces
from happysad.features.landmarks import EXPRESSIONS, LandmarkGeometry
from happysad.pipeline.estimators.feature_blocks import (
    feature_blocks,
    log_odds_happy,
    log_odds_with_typical,
)
from happysad.pipeline.explain.face_regions import LANDMARKS, REGIONS, column_regions, region_masks
from happysad.pipeline.explain.landmark_counterfactuals import (
    WORDS,
    Shape,
    in_pixels,
    shape_of,
    with_measure,
    with_typical,
)
from happysad.pipeline.explain.occlusion import cover

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["name", "words", "value", "typical", "effect"]

_BLOCKS = {
    "hog": "gradients (HOG)",
    "lbp": "texture (LBP)",
    "bovw": "visual words",
    "pixels": "brightness",
}
"""What the columns of a block are called by people."""

Row = dict[str, Any]


def named_features(model: Pipeline, face: Faces) -> pd.DataFrame:
    """The features of a face that have names, by how much they speak for or against happy.

    The effect of a feature is what the log-odds of happy lose when it alone is made typical, as
    the mean of the training faces is; features interact, so effects need not add up.

    - ``EXPRESSIONS`` of the landmarks: the points are moved until the measure is typical.
    - The landmarks of a region: put where the mean shape, laid on the others, has them.
    - HOG, LBP, visual words and pixels of a region: their columns are set to their means.
    - Models without such columns (a CNN, the embedding): the region is covered, see ``cover``.

    Parameters
    ----------
    model : Pipeline
        Fitted, with the face stage as first step.
    face : Faces of 1

    Returns
    -------
    pandas.DataFrame
        ``name`` (as ``mouth_width``, ``hog mouth``), ``words`` (for people), ``value`` and
        ``typical`` (in distances between the eyes; NaN for regions), ``effect`` (in log-odds of
        happy); strongest first.
    """
    import pandas as pd

    rows = _of_columns(model, face)
    shape = typical_shape(model)
    if shape is not None and not np.isnan(face.landmarks).any():
        rows += _of_landmarks(model, face, shape, _typical_measures(model))
    if not rows:
        rows = _of_covered_regions(model, face)
    frame = pd.DataFrame(rows, columns=pd.Index(COLUMNS))
    return frame.sort_values("effect", key=abs, ascending=False, ignore_index=True)


def typical_shape(model: Pipeline) -> Shape | None:
    """Mean shape of a model's training faces, (68, 2); None where it has no landmarks."""
    part = _geometry(model)
    return None if part is None else part[: 2 * 68].reshape(68, 2)


def _geometry(model: Pipeline) -> NDArray[np.float64] | None:
    """Means of the columns of ``LandmarkGeometry`` over the training faces."""
    for block in feature_blocks(model):
        if isinstance(block.extractor, LandmarkGeometry):
            return block.typical
    return None


def _typical_measures(model: Pipeline) -> dict[str, float]:
    means = _geometry(model)
    assert means is not None
    return dict(zip(EXPRESSIONS, means[2 * 68 :].tolist(), strict=False))


def _of_landmarks(
    model: Pipeline, face: Faces, typical: Shape, measures: dict[str, float]
) -> list[Row]:
    points = face.landmarks[0]
    shape = shape_of(points)
    moved, rows = [], []
    for name, usual in measures.items():
        value = float(EXPRESSIONS[name](shape[None])[0])
        moved.append(in_pixels(with_measure(shape, name, usual), points))
        words = WORDS[name][0 if value >= usual else 1]
        rows.append({"name": name, "words": words, "value": value, "typical": usual})
    for region, which in LANDMARKS.items():
        share = np.zeros(len(points))
        share[which] = 1.0
        moved.append(with_typical(points.astype(np.float64), typical, share).astype(np.float32))
        rows.append(_region_row("landmarks", "place of the points", region))
    copies = replace(
        face[np.zeros(len(moved), int)],
        landmarks=np.array(moved),
        keys=np.zeros(len(moved), face.keys.dtype),
    )
    return _with_effects(rows, model, face, log_odds_happy(model, copies))


def _of_columns(model: Pipeline, face: Faces) -> list[Row]:
    rows: list[Row] = []
    groups = []
    for block in feature_blocks(model):
        regions = column_regions(block.extractor, face.size)
        if regions is None:
            continue
        for k, region in enumerate(REGIONS):
            if (regions == k).any():
                rows.append(_region_row(block.name, _BLOCKS.get(block.name, block.name), region))
                groups.append((block.name, regions == k))
    if not rows:
        return []
    masks = {name: np.zeros((len(rows), len(group)), bool) for name, group in groups}
    for i, (name, group) in enumerate(groups):
        masks[name][i] = group
    return _with_effects(rows, model, face, log_odds_with_typical(model, face, masks))


def _of_covered_regions(model: Pipeline, face: Faces) -> list[Row]:
    rows = [_region_row("picture", "picture", region) for region in REGIONS]
    covered = cover(face, region_masks(face.size))
    return _with_effects(rows, model, face, log_odds_happy(model, covered))


def _region_row(kind: str, words: str, region: str) -> Row:
    nothing = float("nan")
    return {
        "name": f"{kind} {region}",
        "words": f"{region}: {words}",
        "value": nothing,
        "typical": nothing,
    }


def _with_effects(
    rows: list[Row], model: Pipeline, face: Faces, without: NDArray[np.float64]
) -> list[Row]:
    lost = log_odds_happy(model, face)[0] - without
    return [{**row, "effect": float(effect)} for row, effect in zip(rows, lost, strict=True)]
