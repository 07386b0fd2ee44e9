"""Drawing a face from eigenfaces and a Gaussian, and a picture of it in some pose and light.

Sirovich and Kirby (1987), Low-dimensional procedure for the characterization of human faces;
Turk and Pentland (1991), Eigenfaces for recognition.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from happysad.features.errors import UserError

BASIS_FILE = Path(__file__).with_name("demo_faces.npz")

BASIS_SIDE = 96
"""Side of the eigenfaces in pixels."""

SPREAD = 0.85
"""How far the draws stray from their class's mean, as a share of how far real faces do.

Lower is easier: HOG with a linear SVM scores about 0.97 at 0.7. Above 1 faces fall apart.
"""


@dataclass(frozen=True)
class Basis:
    """Eigenfaces and a Gaussian for each class, happy first.

    Attributes
    ----------
    mean : (9216,) float32
        The mean face of 96 x 96 pixels, contrast-normalised.
    components : (k, 9216) float32
    centers : (2, k) float32
        Class means in the eigenfaces' space.
    factors : (2, k, k) float32
        Lower Cholesky factors of the classes' covariances.
    """

    mean: NDArray[np.float32]
    components: NDArray[np.float32]
    centers: NDArray[np.float32]
    factors: NDArray[np.float32]


@cache
def load_basis(path: Path = BASIS_FILE) -> Basis:
    """Read a basis; UserError where the file is missing or damaged."""
    try:
        with np.load(path) as file:
            components = file["components"] * file["scales"][:, None]
            return Basis(file["mean"], components, file["centers"], file["factors"])
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        raise UserError(
            f"the built-in faces' basis {path} is missing or damaged: install happysad again, "
            "or in a checkout run python experiments/build_demo_faces.py"
        ) from None


def draw(basis: Basis, classes: NDArray[np.int_], rng: np.random.Generator) -> NDArray[np.float32]:
    """Bare faces (n, 96, 96) float32 of about zero mean and unit deviation; class 0 is happy."""
    noise = rng.standard_normal((len(classes), len(basis.components)), dtype=np.float32)
    codes = basis.centers[classes]
    for number, factor in enumerate(basis.factors):
        mine = classes == number
        codes[mine] += SPREAD * noise[mine] @ factor.T
    return (basis.mean + codes @ basis.components).reshape(-1, BASIS_SIDE, BASIS_SIDE)


def photographed(
    face: NDArray[np.float32], rng: np.random.Generator, size: int, variation: float
) -> NDArray[np.uint8]:
    """A bare face as a picture of its own pose, light and grain."""
    import cv2

    image = _lit(_posed(face, rng, variation), rng, variation)
    blur = rng.uniform(0, 0.8) * variation
    if blur > 0.3:  # less is no blur at all on a grid of pixels
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), blur), np.float32)
    if size != BASIS_SIDE:
        how = cv2.INTER_CUBIC if size > BASIS_SIDE else cv2.INTER_AREA
        image = np.asarray(cv2.resize(image, (size, size), interpolation=how), np.float32)
    grain = rng.uniform(1, 6) * variation
    image = image + grain * rng.standard_normal(image.shape, dtype=np.float32)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _posed(
    face: NDArray[np.float32], rng: np.random.Generator, variation: float
) -> NDArray[np.float32]:
    import cv2

    center = (BASIS_SIDE - 1) / 2
    angle, scale, *shift = rng.normal([0, -0.03, 0, 0], [4, 0.04, 2, 2]) * variation
    matrix = cv2.getRotationMatrix2D((center, center), angle, float(np.exp(scale)))
    matrix[:, 2] += shift
    side = (BASIS_SIDE, BASIS_SIDE)
    posed = cv2.warpAffine(
        face, matrix, side, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(posed, np.float32)


def _lit(
    face: NDArray[np.float32], rng: np.random.Generator, variation: float
) -> NDArray[np.float32]:
    """Side light, then contrast and brightness, in grey levels."""
    ramp = np.linspace(-1, 1, BASIS_SIDE, dtype=np.float32)
    across, down, contrast, brightness = rng.normal(0, [0.2, 0.2, 0.18, 15]) * variation
    lit = face + np.float32(across) * ramp + np.float32(down) * ramp[:, None]
    return np.asarray(125 + brightness + 62 * np.exp(contrast) * lit, np.float32)
