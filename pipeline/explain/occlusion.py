"""Occlusion: which parts of a face speak for happy, by covering them one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from happysad.features.faces.face_batch import Faces
from happysad.pipeline.estimators.feature_blocks import log_odds_happy
from happysad.pipeline.explain.landmark_counterfactuals import Shape, with_typical

PATCHES = (1 / 6, 1 / 4, 1 / 3)
"""Sides of the patches, as shares of the crop's side: a mouth corner, a mouth, half a face."""

STEPS = 12
"""Steps of a patch from the crop's one edge to the other."""

_NOISE = 8.0  # grey levels; the more, the less a wholly covered face differs from another


def occlusion_map(
    model: Pipeline,
    face: Faces,
    typical_shape: Shape | None = None,
    patches: Sequence[float] = PATCHES,
    steps: int = STEPS,
) -> NDArray[np.float64]:
    """How much each pixel of a face speaks for happy: (S, S) float64, in log-odds.

    Zeiler and Fergus (2014), "Visualizing and understanding convolutional networks": a patch
    slides over the crop, and the model predicts each time. The value of a pixel is the mean of
    what the log-odds lost under the patches that covered it, over all sizes of patch; positive
    where what is there speaks for happy. Only ``predict_proba`` is used.

    Parameters
    ----------
    model : Pipeline
        Fitted, with the aligner as first step.
    face : Faces of 1
    typical_shape : (68, 2), optional
        Mean shape of the training faces. Landmarks under a patch go to where this shape, laid on
        the landmarks that are seen, has them. Without it landmarks stay.
    patches : sequence of float
        Sides of the patches, as shares of the crop's.
    steps : int
        See ``patch_masks``.
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


def patch_masks(size: int, share: float, steps: int = STEPS) -> NDArray[np.float32]:
    """Square patches with soft edges all over a crop: ((steps + 1)^2, S, S) float32, 0 to 1.

    Parameters
    ----------
    size : int
        Side of the crop in pixels.
    share : float
        Side of a patch at half its depth, as a share of the crop's.
    steps : int
        From the crop's one edge to the other; patches are centred on both and in between.
    """
    centre = np.linspace(0, size - 1, steps + 1)
    away = np.abs(np.arange(size) - centre[:, None])
    soft = share * size / 3
    line = np.clip((share * size / 2 + soft / 2 - away) / soft, 0, 1).astype(np.float32)
    return np.asarray(np.einsum("iy,jx->ijyx", line, line).reshape(-1, size, size))


def cover(face: Faces, masks: NDArray[np.float32], typical_shape: Shape | None = None) -> Faces:
    """A face covered in ``m`` ways.

    By the crop blurred until no feature is left (a flat grey would draw edges, which HOG, LBP and
    a CNN respond to) with a little noise: descriptors that normalise contrast would blow up the
    last slopes of a smooth patch, and noise has no direction.

    Parameters
    ----------
    face : Faces of 1
    masks : (m, S, S) float
        1 where nothing of the face is left.
    typical_shape : (68, 2), optional
        See ``occlusion_map``.

    Returns
    -------
    Faces of m
        Without keys, so that their features bypass the cache.
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
    """The light and shade of a crop without its features, of the crop's shape, float32."""
    import cv2

    sigma = len(crop) / 8
    smooth = cv2.GaussianBlur(crop.astype(np.float32), (0, 0), sigma)
    noise = np.random.default_rng(0).normal(0, _NOISE, crop.shape[:2])
    return np.asarray(smooth + (noise[..., None] if crop.ndim == 3 else noise), np.float32)
