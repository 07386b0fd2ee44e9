"""Learning eigenfaces with a Gaussian for each class, and how far their draws are from copies."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.demo_draw import Basis, draw

N_COMPONENTS = 150
"""Fewer look alike, more show their noise; these hold 91% of the variance and make 1.4 MB."""


def learn(
    frames: NDArray[np.uint8], classes: NDArray[np.int_], n_components: int = N_COMPONENTS
) -> dict[str, Any]:
    """The arrays of the basis: eigenfaces as int8 with a scale each, and two Gaussians.

    As many happy faces as sad ones are used, with their mirror images, so that neither a class
    nor a side is known better than the other.
    """
    from sklearn.decomposition import PCA
    from threadpoolctl import threadpool_limits

    chosen = _balanced(classes)
    frames = np.concatenate([frames[chosen], frames[chosen][:, :, ::-1]])
    classes = np.tile(classes[chosen], 2)
    pixels = contrast_normalised(frames)
    k = min(n_components, len(pixels) // 2)
    with threadpool_limits(1):  # the order of additions, and so the last bits, depend on it
        pca = PCA(k, svd_solver="randomized", random_state=0).fit(pixels)
        scales = np.abs(pca.components_).max(axis=1, keepdims=True) / 127
        components = np.rint(pca.components_ / scales).astype(np.int8)
        codes = [pca.transform(pixels[classes == number]) for number in (0, 1)]
        factors = [_cholesky(rows) for rows in codes]
    return {
        "mean": pca.mean_.astype(np.float32),
        "components": components,
        "scales": scales[:, 0].astype(np.float32),
        "centers": np.array([rows.mean(axis=0) for rows in codes], np.float32),
        "factors": np.array(factors, np.float32),
    }


def contrast_normalised(frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Frames as rows of zero mean and unit deviation: light is drawn apart from the face."""
    rows = frames.reshape(len(frames), -1).astype(np.float32)
    rows -= rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(rows.std(axis=1, keepdims=True), 1), np.float32)


def _balanced(classes: NDArray[np.int_]) -> NDArray[np.int_]:
    rng = np.random.default_rng(0)
    fewest = int(np.bincount(classes).min())
    chosen = [rng.choice(np.flatnonzero(classes == c), fewest, replace=False) for c in (0, 1)]
    return np.sort(np.concatenate(chosen))


def _cholesky(codes: NDArray[np.float32]) -> NDArray[np.float64]:
    covariance = np.cov(codes.astype(np.float64).T)
    ridge = 1e-6 * np.trace(covariance) / len(covariance)  # few faces leave it singular
    return np.linalg.cholesky(covariance + ridge * np.eye(len(covariance)))


def nearest_likeness(
    basis: Basis, frames: NDArray[np.uint8], n_faces: int = 300
) -> NDArray[np.float32]:
    """Highest correlation of each of ``n_faces`` drawn faces with a real one or its mirror."""
    rng = np.random.default_rng(0)
    drawn = draw(basis, np.arange(n_faces) % 2, rng).reshape(n_faces, -1)
    drawn -= drawn.mean(axis=1, keepdims=True)
    drawn /= drawn.std(axis=1, keepdims=True)
    both = (contrast_normalised(frames), contrast_normalised(frames[:, :, ::-1]))
    best = [(drawn @ real.T / drawn.shape[1]).max(axis=1) for real in both]
    return np.asarray(np.maximum(*best), np.float32)
