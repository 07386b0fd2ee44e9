"""Drawing a face of nobody from an active appearance model, and a picture of it in some light.

Where the landmarks are (shape) and what the face looks like once they are brought to their mean
places (texture) vary together, along principal components. Codes in their space are drawn from a
mixture of Gaussians for each class; a drawn texture is warped to the drawn shape.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.demo.warping import rescaled, warp, with_border
from happysad.utils.errors import UserError

BASIS_FILE = Path(__file__).with_name("demo_faces.npz")
BASIS_SIDE = 96  # of a drawn face, in pixels
TEXTURE_SIDE = 64  # of the textures, in pixels; FER2013's images have 48

SPREAD, CLARITY = 0.75, 0.8
"""Spread of the draws around a centre of their class, and distance between the classes' means.

As shares of those of real faces that nearly all voters agree on. Less spread is easier and looks
better; above 1 faces fall apart. HOG with an SVM, fitted on 480 faces, scores 0.95 to 0.97.
"""

MAX_DRAW = 2.0  # standard deviations: a face far out in the tails is none
_LIPS = ((61, 67), (62, 66), (63, 65))  # inner upper and lower lip: never the wrong way round


@dataclass(frozen=True)
class Basis:
    """Principal components of shape and texture, and a mixture for each class, happy first."""

    shape: NDArray[np.float32]  # (68, 2) mean landmarks in pixels of a drawn face
    triangles: NDArray[np.uint8]  # (t, 3) mesh over the landmarks and the frame's border
    texture: NDArray[np.float32]  # (4096,) mean, of zero mean and unit deviation within the face
    shape_components: NDArray[np.float32]  # (k, 136)
    texture_components: NDArray[np.float32]  # (k, 4096)
    centers: NDArray[np.float32]  # (2, m, k) means of the mixtures' parts
    shares: NDArray[np.float32]  # (2, m) weights of the mixtures' parts
    factors: NDArray[np.float32]  # (2, k, k) lower Cholesky factors of the covariances


@cache
def load_basis(path: Path = BASIS_FILE) -> Basis:
    """Read a basis; UserError where the file is missing or damaged."""
    try:
        with np.load(path) as file:
            arrays = {field.name: file[field.name] for field in fields(Basis)}
            scales = file["texture_scales"][:, None]
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        raise UserError(
            f"the built-in faces' basis {path} is missing or damaged: install happysad again, "
            "or in a checkout run python experiments/maintenance/build_demo_faces.py"
        ) from None
    arrays["texture_components"] = arrays["texture_components"] * scales
    for name in ("shape_components", "factors"):  # stored in half precision
        arrays[name] = arrays[name].astype(np.float32)
    return Basis(**arrays)


def draw_codes(
    basis: Basis, classes: NDArray[np.int_], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Codes (n, k) float32 in the components' space; class 0 is happy."""
    k = len(basis.texture_components)
    noise = rng.standard_normal((len(classes), k), dtype=np.float32).clip(-MAX_DRAW, MAX_DRAW)
    codes = np.empty_like(noise)
    chance = rng.random(len(classes))
    means = class_means(basis)
    towards = (1 - CLARITY) * (means.mean(axis=0) - means)
    for number, factor in enumerate(basis.factors):
        mine = classes == number
        parts = np.searchsorted(np.cumsum(basis.shares[number])[:-1], chance[mine])
        centers = basis.centers[number][parts] + towards[number]
        codes[mine] = centers + SPREAD * noise[mine] @ factor.T
    return codes


def class_means(basis: Basis) -> NDArray[np.float32]:
    """Mean code of each class, (2, k) float32."""
    return np.asarray(np.einsum("cm,cmk->ck", basis.shares, basis.centers), np.float32)


def faces_of(basis: Basis, codes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bare faces (n, 96, 96) float32, of about zero mean and unit deviation, from codes."""
    textures = basis.texture + codes @ basis.texture_components
    shapes = basis.shape + (codes @ basis.shape_components).reshape(len(codes), -1, 2)
    for upper, lower in _LIPS:
        middle = (shapes[:, upper, 1] + shapes[:, lower, 1]) / 2
        half = np.maximum((shapes[:, lower, 1] - shapes[:, upper, 1]) / 2, 0.2)
        shapes[:, upper, 1], shapes[:, lower, 1] = middle - half, middle + half
    source = rescaled(with_border(basis.shape, BASIS_SIDE), TEXTURE_SIDE / BASIS_SIDE)
    faces = np.empty((len(codes), BASIS_SIDE, BASIS_SIDE), np.float32)
    for face, texture, shape in zip(faces, textures, shapes, strict=True):
        picture, target = texture.reshape(TEXTURE_SIDE, -1), with_border(shape, BASIS_SIDE)
        face[:] = warp(picture, source, target, basis.triangles, BASIS_SIDE)
    return faces


def photographed(
    face: NDArray[np.float32], rng: np.random.Generator, size: int, variation: float
) -> NDArray[np.uint8]:
    """A bare face as a (size, size) picture of its own pose, light and grain."""
    image = _lit(_posed(face, rng, variation), rng, variation)
    blur = rng.uniform(0, 0.6) * variation
    if blur > 0.3:  # less is no blur at all on a grid of pixels
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), blur), np.float32)
    if size != BASIS_SIDE:
        how = cv2.INTER_CUBIC if size > BASIS_SIDE else cv2.INTER_AREA
        image = np.asarray(cv2.resize(image, (size, size), interpolation=how), np.float32)
    grain = rng.uniform(0.5, 4) * variation
    image = image + grain * rng.standard_normal(image.shape, dtype=np.float32)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _posed(
    face: NDArray[np.float32], rng: np.random.Generator, variation: float
) -> NDArray[np.float32]:
    center = (BASIS_SIDE - 1) / 2
    angle, scale, *shift = rng.normal([0, -0.03, 0, 0], [4, 0.04, 2, 2]) * variation
    matrix = cv2.getRotationMatrix2D((center, center), angle, float(np.exp(scale)))
    matrix[:, 2] += shift
    size, edges = (BASIS_SIDE, BASIS_SIDE), cv2.BORDER_REPLICATE
    posed = cv2.warpAffine(face, matrix, size, flags=cv2.INTER_CUBIC, borderMode=edges)
    return np.asarray(posed, np.float32)


def _lit(
    face: NDArray[np.float32], rng: np.random.Generator, variation: float
) -> NDArray[np.float32]:
    """Side light, then contrast and brightness, in grey levels."""
    ramp = np.linspace(-1, 1, BASIS_SIDE, dtype=np.float32)
    across, down, contrast, brightness = rng.normal(0, [0.2, 0.2, 0.18, 15]) * variation
    lit = face + np.float32(across) * ramp + np.float32(down) * ramp[:, None]
    return np.asarray(120 + brightness + 48 * np.exp(contrast) * lit, np.float32)
