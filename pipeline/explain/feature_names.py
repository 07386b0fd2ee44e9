"""The features of a face that have names, and how much each of them speaks for happy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from happysad.features.faces.face_batch import N_LANDMARKS, Faces
from happysad.features.landmarks import EXPRESSIONS, LandmarkGeometry, normalised_shape
from happysad.pipeline.estimators.feature_blocks import (
    feature_blocks,
    log_odds_happy,
    log_odds_with_mean,
)
from happysad.pipeline.explain.attribution_maps import cover
from happysad.pipeline.explain.face_regions import (
    LANDMARKS,
    REGIONS,
    column_centers,
    region_at,
    region_masks,
)
from happysad.pipeline.explain.landmark_counterfactuals import (
    DESCRIPTIONS,
    Shape,
    in_pixels,
    with_measure,
    with_typical,
)

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["name", "description", "value", "typical", "effect"]

_BLOCKS = {
    "hog": "gradients (HOG)",
    "lbp": "texture (LBP)",
    "bovw": "visual words",
    "pixels": "brightness",
}

Row = dict[str, Any]


def named_features(model: Pipeline, face: Faces) -> pd.DataFrame:
    """The features of one face that have names, the strongest for or against happy first.

    The effect of a feature is what the log-odds of happy lose when it alone is made typical, as
    the mean of the training faces is; features interact, so effects need not add up. Models without
    such features (a CNN, the embedding) have their regions covered.

    A row each, by ``COLUMNS``: ``name`` is such as ``mouth_width`` or ``hog mouth``; ``value`` and
    ``typical`` are in distances between the eyes, NaN for regions.
    """
    import pandas as pd

    rows, log_odds = _of_columns(model, face)
    means = _typical_geometry(model)
    if means is not None and not np.isnan(face.landmarks).any():
        of_landmarks, odds = _of_landmarks(model, face, means)
        rows, log_odds = rows + of_landmarks, np.concatenate([log_odds, odds])
    if not rows:
        rows = [_region_row("picture", "picture", region) for region in REGIONS]
        log_odds = log_odds_happy(model, cover(face, region_masks(face.size)))
    frame = pd.DataFrame(rows, columns=pd.Index(COLUMNS))
    frame["effect"] = log_odds_happy(model, face)[0] - log_odds
    return frame.sort_values("effect", key=abs, ascending=False, ignore_index=True)


def typical_shape(model: Pipeline) -> Shape | None:
    """Mean shape of a model's training faces, (68, 2); None where it has no landmarks."""
    means = _typical_geometry(model)
    return None if means is None else means[: 2 * N_LANDMARKS].reshape(N_LANDMARKS, 2)


def _typical_geometry(model: Pipeline) -> NDArray[np.float64] | None:
    """Means of the columns of ``LandmarkGeometry`` over the training faces."""
    for block in feature_blocks(model):
        if isinstance(block.extractor, LandmarkGeometry):
            return block.mean
    return None


def _of_landmarks(
    model: Pipeline, face: Faces, means: NDArray[np.float64]
) -> tuple[list[Row], NDArray[np.float64]]:
    """Measures and regions of the landmarks, and the log-odds with each made typical.

    Points are moved until a measure is typical; a region is put where the mean shape has it.
    """
    points, shape = face.landmarks[0], normalised_shape(face.landmarks)[0]
    typical = means[: 2 * N_LANDMARKS].reshape(N_LANDMARKS, 2)
    measures = dict(zip(EXPRESSIONS, means[2 * N_LANDMARKS :].tolist(), strict=False))
    moved, rows = [], []
    for name, usual in measures.items():
        value = float(EXPRESSIONS[name](shape[None])[0])
        moved.append(in_pixels(with_measure(shape, name, usual), points))
        description = DESCRIPTIONS[name][0 if value >= usual else 1]
        rows.append({"name": name, "description": description, "value": value, "typical": usual})
    for region, which in LANDMARKS.items():
        share = np.zeros(len(points))
        share[which] = 1.0
        moved.append(with_typical(points.astype(np.float64), typical, share).astype(np.float32))
        rows.append(_region_row("landmarks", "place of the points", region))
    copies = face[np.zeros(len(moved), int)]
    copies = replace(copies, landmarks=np.array(moved), keys=np.zeros_like(copies.keys))
    return rows, log_odds_happy(model, copies)


def _of_columns(model: Pipeline, face: Faces) -> tuple[list[Row], NDArray[np.float64]]:
    """Regions of the blocks, and the log-odds with the columns of each set to their means."""
    rows: list[Row] = []
    parts: list[tuple[str, NDArray[np.bool_]]] = []
    for block in feature_blocks(model):
        centers = column_centers(block.extractor, face.size)
        regions = np.empty(0) if centers is None else region_at(*centers)
        for region in [region for region in REGIONS if region in regions]:
            rows.append(_region_row(block.name, _BLOCKS.get(block.name, block.name), region))
            parts.append((block.name, regions == region))
    if not rows:
        return [], np.empty(0)
    masks = {name: np.zeros((len(rows), len(columns)), bool) for name, columns in parts}
    for i, (name, columns) in enumerate(parts):
        masks[name][i] = columns
    return rows, log_odds_with_mean(model, face, masks)


def _region_row(kind: str, description: str, region: str) -> Row:
    return {"name": f"{kind} {region}", "description": f"{region}: {description}"}
