"""What each pixel of a face speaks for: exactly, of a linear model on pixels, or by occlusion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from happysad.features.faces.face_batch import Faces
from happysad.features.pixels import Pixels
from happysad.pipeline.estimators.feature_blocks import feature_blocks, log_odds_happy
from happysad.pipeline.explain.landmark_counterfactuals import Shape, with_typical

PATCHES = (1 / 6, 1 / 4, 1 / 3)
"""Sides of the patches, as shares of the crop's side: a mouth corner, a mouth, half a face."""

_NOISE = 8.0  # grey levels; the more, the less a wholly covered face differs from another


def linear_terms(model: Pipeline, face: Faces) -> tuple[NDArray[np.float64], float] | None:
    """What each pixel adds to the log-odds of happy, (k, k), and the intercept that completes them.

    A pixel adds its coefficient times its difference from the training mean, so a typical pixel
    adds nothing. None where the model is not logistic regression on standardized pixels.
    """
    from sklearn.linear_model import LogisticRegression

    blocks, classifier = feature_blocks(model), model[-1]
    if (
        [type(block.extractor) for block in blocks] != [Pixels]
        or [type(step) for _, step in blocks[0].reduce.steps] != [StandardScaler]
        or not isinstance(classifier, LogisticRegression)
    ):
        return None
    sign = 1.0 if classifier.classes_[1] == "happy" else -1.0
    standardized = np.asarray(model[1:-1].transform(face), np.float64)[0]
    terms = sign * classifier.coef_[0] * standardized
    side = blocks[0].extractor.size
    return terms.reshape(side, side), sign * float(classifier.intercept_[0])


def resample(terms: NDArray[Any], size: int) -> NDArray[np.float64]:
    """A (k, k) grid resampled to (S, S) by the area that pixels share, so that the sum stays."""
    cell, pixel = np.linspace(0, size, len(terms) + 1), np.arange(size + 1.0)
    low = np.maximum(cell[:-1, None], pixel[:-1])
    high = np.minimum(cell[1:, None], pixel[1:])
    shares = np.asarray(np.maximum(high - low, 0) * len(terms) / size)
    return np.asarray(shares.T @ terms @ shares, np.float64)


def occlusion_map(
    model: Pipeline,
    face: Faces,
    typical_shape: Shape | None = None,
    patches: Sequence[float] = PATCHES,
    steps: int = 12,
) -> NDArray[np.float64]:
    """How much each pixel of one face speaks for happy: (S, S) float64, in log-odds.

    Zeiler and Fergus (2014), "Visualizing and understanding convolutional networks": patches slide
    over the crop in some steps from edge to edge, and a pixel is given the mean of what the
    log-odds lost under those that covered it, over all sizes of patch.
    """
    masks = [patch_masks(face.size, share, steps) for share in patches]
    covered = cover(face, np.concatenate(masks), typical_shape)
    odds = log_odds_happy(model, Faces.concatenate([face, covered]))
    lost = (odds[0] - odds[1:]).reshape(len(masks), -1)
    maps = [
        np.einsum("k,kyx->yx", change, mask) / mask.sum(axis=0)
        for change, mask in zip(lost, masks, strict=True)
    ]
    return np.asarray(np.mean(maps, axis=0), np.float64)


def patch_masks(size: int, share: float, steps: int) -> NDArray[np.float32]:
    """Square patches with soft edges all over a crop: ((steps + 1)^2, S, S) float32, 0 to 1.

    They are centred on the crop's edges and in between; at half their depth their side is a
    ``share`` of the crop's.
    """
    centre = np.linspace(0, size - 1, steps + 1)
    away = np.abs(np.arange(size) - centre[:, None])
    soft = share * size / 3
    line = np.clip((share * size / 2 + soft / 2 - away) / soft, 0, 1).astype(np.float32)
    return np.asarray(np.einsum("iy,jx->ijyx", line, line).reshape(-1, size, size))


def cover(face: Faces, masks: NDArray[np.float32], typical_shape: Shape | None = None) -> Faces:
    """One face covered in ``m`` ways: ``masks``, (m, S, S), are 1 where nothing of it is left.

    Covered landmarks go to where ``typical_shape``, (68, 2), laid on those that are seen, has them;
    without it all stay. The copies have no keys, so that their features bypass the cache.
    """
    crop = face.crops[0].astype(np.float32)
    shares = masks[..., None] if crop.ndim == 3 else masks
    crops = crop + shares * (blank(face.crops[0]) - crop)
    copies = face[np.zeros(len(masks), int)]
    landmarks = copies.landmarks
    if typical_shape is not None and not np.isnan(landmarks).any():
        points = face.landmarks[0].astype(np.float64)
        # A chin below the crop's edge is covered with the edge.
        x, y = np.clip(points.round().astype(int), 0, face.size - 1).T
        landmarks = np.array([with_typical(points, typical_shape, m[y, x]) for m in masks])
    return replace(
        copies,
        crops=np.clip(crops.round(), 0, 255).astype(np.uint8),
        landmarks=landmarks.astype(np.float32),
        keys=np.zeros_like(copies.keys),
    )


def blank(crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The light and shade of a crop without its features.

    Blurred, as a flat grey would draw edges, which HOG, LBP and a CNN respond to; with a little
    noise, as descriptors that normalise contrast would blow up the last slopes, and noise has no
    direction.
    """
    import cv2

    sigma = len(crop) / 8
    smooth = cv2.GaussianBlur(crop.astype(np.float32), (0, 0), sigma)
    noise = np.random.default_rng(0).normal(0, _NOISE, crop.shape[:2])
    return np.asarray(smooth + (noise[..., None] if crop.ndim == 3 else noise), np.float32)
