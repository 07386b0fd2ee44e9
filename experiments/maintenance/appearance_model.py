"""Learning an active appearance model of two classes, and how far its draws are from copies.

Cootes, Edwards and Taylor (2001), Active appearance models.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from happysad.features.faces.mirror import SWAPPED
from happysad.pipeline.demo.rendering import BASIS_SIDE, TEXTURE_SIDE, Basis, draw_codes
from happysad.pipeline.demo.warping import rescaled, with_border

N_COMPONENTS = 300  # of shape and texture together: 98% of the variance
N_PARTS = 16  # Gaussians in the mixture of a class
LEADING = 40  # components by which faces are clustered into the parts of the mixture
SHAPE_WEIGHT = 2.4  # a landmark's pixel against a pixel's standard deviation of grey
OUTSIDE_WEIGHT = 0.5  # a pixel outside the face against one within: components are for faces


def learn(
    shapes: NDArray[np.float64],
    textures: NDArray[np.float32],
    classes: NDArray[np.int_],
    mean: NDArray[np.float64],
    n_components: int = N_COMPONENTS,
    n_parts: int = N_PARTS,
) -> dict[str, NDArray[Any]]:
    """The arrays of the basis, from as many faces of each class and their mirror images.

    Shapes are landmarks (n, 68, 2) in the frame of 96 pixels, textures (n, 64, 64) the faces with
    their landmarks at the mean places (68, 2); class 0 is happy.
    """
    chosen = _balanced(classes)
    classes = np.tile(classes[chosen], 2)
    moved = np.concatenate([shapes[chosen], mirrored(shapes[chosen])]) - mean
    pixels = softened(normalised(textures[chosen], mean), mean)
    pixels = np.concatenate([pixels, pixels[:, :, ::-1]]).reshape(len(classes), -1)
    weights = np.where(face_mask(mean), 1, OUTSIDE_WEIGHT).ravel()
    weights = np.concatenate([np.full(mean.size, SHAPE_WEIGHT), weights]).astype(np.float32)
    rows = np.concatenate([moved.reshape(len(moved), -1), pixels], axis=1).astype(np.float32)
    k = min(n_components, len(rows) // 2)
    with threadpool_limits(1):  # the order of additions, and so the last bits, depend on it
        pca = PCA(k, svd_solver="randomized", random_state=0).fit(rows * weights)
        codes = pca.transform(rows * weights)
        mixtures = [_mixture(codes[classes == number], n_parts) for number in (0, 1)]
    middle, components = pca.mean_ / weights, pca.components_ / weights
    texture = components[:, mean.size :]
    scales = np.abs(texture).max(axis=1, keepdims=True) / 127
    centers, shares, factors = (np.stack(arrays) for arrays in zip(*mixtures, strict=True))
    return {
        "shape": (mean + middle[: mean.size].reshape(-1, 2)).astype(np.float32),
        "triangles": mesh(mean),
        "texture": middle[mean.size :].astype(np.float32),
        "shape_components": components[:, : mean.size].astype(np.float16),
        "texture_components": np.rint(texture / scales).astype(np.int8),
        "texture_scales": scales[:, 0].astype(np.float32),
        "centers": centers.astype(np.float32),
        "shares": shares.astype(np.float32),
        "factors": factors.astype(np.float16),
    }


def mesh(mean: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Triangles over the landmarks and the frame's border."""
    return np.asarray(Delaunay(with_border(mean, BASIS_SIDE)).simplices, np.uint8)


def face_mask(mean: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which pixels of a texture belong to the face, up to about the hair."""
    lifted = mean[17:27] - [0, 0.13 * BASIS_SIDE]
    outline = rescaled(np.concatenate([mean[:17], lifted]), TEXTURE_SIDE / BASIS_SIDE)
    mask = np.zeros((TEXTURE_SIDE, TEXTURE_SIDE), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(outline).astype(np.int32)), 1)
    return mask.astype(bool)


def normalised(textures: NDArray[np.float32], mean: NDArray[np.float64]) -> NDArray[np.float32]:
    """Textures of zero mean and unit deviation within the face: light is drawn apart from it."""
    face = textures[:, face_mask(mean)]
    middle = face.mean(axis=1)[:, None, None]
    return np.asarray((textures - middle) / np.maximum(face.std(axis=1), 1)[:, None, None])


def softened(textures: NDArray[np.float32], mean: NDArray[np.float64]) -> NDArray[np.float32]:
    """Hair and background out of focus, and never far brighter or darker than the face.

    They are not aligned with each other, and so sharp ones would be drawn as a jumble.
    """
    outside = (~face_mask(mean)).astype(np.uint8)
    blend = np.clip(cv2.distanceTransform(outside, cv2.DIST_L2, 5) / 12, 0, 1)
    blurred = [cv2.GaussianBlur(texture, (0, 0), 1.6) for texture in textures]
    return np.asarray((textures + blend * (np.array(blurred) - textures)).clip(-2.6, 2.6))


def mirrored(shapes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Landmarks (n, 68, 2) in the frame of 96 pixels, as seen in a mirror."""
    return np.asarray(shapes[:, SWAPPED] * [-1, 1] + [BASIS_SIDE - 1, 0])


def _balanced(classes: NDArray[np.int_]) -> NDArray[np.int_]:
    rng = np.random.default_rng(0)
    fewest = int(np.bincount(classes).min())
    chosen = [rng.choice(np.flatnonzero(classes == c), fewest, replace=False) for c in (0, 1)]
    return np.sort(np.concatenate(chosen))


def _mixture(codes: NDArray[np.float32], n_parts: int) -> tuple[NDArray[Any], ...]:
    """Centers, shares and the Cholesky factor of the covariance that the parts have in common."""
    means = KMeans(n_parts, n_init=2, random_state=0).fit(codes[:, :LEADING])
    parts = means.labels_
    centers = np.array([codes[parts == part].mean(axis=0) for part in range(n_parts)])
    covariance = np.cov((codes - centers[parts]).astype(np.float64).T)
    ridge = 1e-6 * np.trace(covariance) / len(covariance)  # few faces leave it singular
    factor = np.linalg.cholesky(covariance + ridge * np.eye(len(covariance)))
    return centers, np.bincount(parts) / len(parts), factor


def nearest_similarity(
    basis: Basis, textures: NDArray[np.float32], n_faces: int = 300
) -> NDArray[np.float32]:
    """Highest correlation of each of ``n_faces`` drawn textures with a real one or its mirror."""
    codes = draw_codes(basis, np.arange(n_faces) % 2, np.random.default_rng(0))
    drawn = basis.texture + codes @ basis.texture_components
    pictures = drawn.reshape(-1, TEXTURE_SIDE, TEXTURE_SIDE)
    return np.asarray(correlations(basis, pictures, textures).max(axis=1), np.float32)


def correlations(
    basis: Basis, drawn: NDArray[np.float32], real: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Correlation of each drawn texture with each real one or its mirror image, the higher.

    Within the face, once the mean texture and an even side light are taken away.
    """
    mean = basis.shape.astype(np.float64)
    mask = face_mask(mean)
    light = np.linalg.qr(np.column_stack([np.ones(mask.sum()), *np.nonzero(mask)]))[0]
    usual = basis.texture.reshape(mask.shape)[mask]

    def residuals(textures: NDArray[np.float32]) -> NDArray[np.float32]:
        rows = normalised(textures, mean)[:, mask] - usual
        rows = rows - rows @ light @ light.T
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

    ours = residuals(drawn)
    return np.asarray(np.maximum(*(ours @ residuals(r).T for r in (real, real[:, :, ::-1]))))
