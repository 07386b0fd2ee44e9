"""The built-in data set: happy and sad faces of nobody, drawn by seed from eigenfaces.

``demo_faces.npz`` holds a mean face, 150 eigenfaces (Sirovich and Kirby 1987; Turk and Pentland
1991) and, in their space, a Gaussian for each class. ``experiments/build_demo_faces.py`` learned
them from FER2013's Training part. A face is a draw from its class's Gaussian, seen in a
slightly different pose, light and grain each time.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from happysad.features.errors import UserError
from happysad.pipeline.demo_files import part_sizes, write_parts

BASIS_FILE = Path(__file__).with_name("demo_faces.npz")

BASIS_SIDE = 96
"""Side of the eigenfaces in pixels."""

LABELS = ("happy", "sad")

SPREAD = 0.85
"""How far the draws stray from their class's mean, as a share of how far real faces do.

Lower is easier: HOG with a linear SVM scores about 0.97 at 0.7. Above 1 faces fall apart.
"""

VERSION = 1
"""Of the drawing: to be raised when the same seed gives other pixels."""

_CHUNK = 256  # faces drawn at a time, so that memory does not grow with their number


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


def make_demo_faces(
    n_samples: int = 600,
    *,
    random_state: int | np.random.Generator = 0,
    balance: float = 0.5,
    size: int = 96,
    variation: float = 1.0,
) -> tuple[NDArray[np.uint8], NDArray[np.str_]]:
    """Draw labelled faces of nobody, in mixed order.

    Parameters
    ----------
    n_samples : int
        At least 2.
    random_state : int or Generator
        The same seed gives the same faces.
    balance : float
        Share of happy faces, between 0 and 1; there is always one of each class.
    size : int
        Side of the images in pixels, 32 to 1024.
    variation : float
        Strength of what tells nothing of the label: turns of 4 degrees (standard deviation),
        shifts of 2 pixels, side light, brightness, contrast, blur and grain. 0 gives the bare
        eigenfaces; at 2 the detector begins to miss faces.

    Returns
    -------
    images : (n, size, size) uint8
    labels : (n,) str, "happy" or "sad"

    Raises
    ------
    UserError
        A parameter is out of its range, or the basis is missing.
    """
    _check(n_samples, random_state, balance, size, variation)
    rng = np.random.default_rng(random_state)
    n_happy = min(max(round(n_samples * balance), 1), n_samples - 1)
    classes = rng.permutation(np.arange(n_samples) >= n_happy).astype(int)
    parts = []
    for start in range(0, n_samples, _CHUNK):
        faces = draw(load_basis(), classes[start : start + _CHUNK], rng)
        parts += [_photographed(face, rng, size, variation) for face in faces]
    return np.stack(parts), np.array(LABELS)[classes]


def demo_folder(
    folder: str | Path | None = None, *, n_samples: int = 800, seed: int = 0
) -> Path:
    """Write demo faces as PNG files below ``train/ val/ test/``, in ``happy/`` and ``sad/``.

    Every face of every part is drawn on its own. The folder is whole or not there at all; a
    whole one is reused, a damaged one is written anew.

    Parameters
    ----------
    folder : str or Path, optional
        New, empty, or of demo faces; by default a folder of the cache.
    n_samples : int
        At least 20; 60% go to train, 15% to val and 25% to test.

    Raises
    ------
    UserError
        A number is out of its range, the folder holds other files, or it cannot be written.
    """
    sizes = part_sizes(n_samples)
    _check(n_samples, seed)
    load_basis()
    basis_digest = hashlib.sha256(BASIS_FILE.read_bytes()).hexdigest()[:16]
    return write_parts(
        folder,
        f"demo-v{VERSION}-{n_samples}-{seed}",
        f"happysad demo faces v{VERSION}, basis {basis_digest}, {n_samples} faces, seed {seed}",
        lambda: {
            part: make_demo_faces(n, random_state=np.random.default_rng([seed, i]))
            for i, (part, n) in enumerate(sizes.items())
        },
    )


def draw(
    basis: Basis, classes: NDArray[np.int_], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Bare faces (n, 96, 96) float32 of about zero mean and unit deviation; class 0 is happy."""
    noise = rng.standard_normal((len(classes), len(basis.components)), dtype=np.float32)
    codes = basis.centers[classes]
    for number, factor in enumerate(basis.factors):
        mine = classes == number
        codes[mine] += SPREAD * noise[mine] @ factor.T
    return (basis.mean + codes @ basis.components).reshape(-1, BASIS_SIDE, BASIS_SIDE)


def _photographed(
    face: NDArray[np.float32], rng: np.random.Generator, size: int, variation: float
) -> NDArray[np.uint8]:
    """A bare face as a picture of its own pose, light and grain."""
    import cv2

    image = _lit(_posed(face, rng, variation), rng, variation)
    blur = rng.uniform(0, 0.8) * variation
    if blur > 0.3:  # less is no blur at all on a grid of pixels
        image = cv2.GaussianBlur(image, (0, 0), blur)
    if size != BASIS_SIDE:
        how = cv2.INTER_CUBIC if size > BASIS_SIDE else cv2.INTER_AREA
        image = cv2.resize(image, (size, size), interpolation=how)
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
    posed: NDArray[np.float32] = cv2.warpAffine(
        face, matrix, side, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return posed


def _lit(
    face: NDArray[np.float32], rng: np.random.Generator, variation: float
) -> NDArray[np.float32]:
    """Side light, then contrast and brightness, in grey levels."""
    ramp = np.linspace(-1, 1, BASIS_SIDE, dtype=np.float32)
    across, down, contrast, brightness = rng.normal(0, [0.2, 0.2, 0.18, 15]) * variation
    lit = face + np.float32(across) * ramp + np.float32(down) * ramp[:, None]
    return np.asarray(125 + brightness + 62 * np.exp(contrast) * lit, np.float32)


def _check(
    n_samples: int,
    seed: int | np.random.Generator = 0,
    balance: float = 0.5,
    size: int = 96,
    variation: float = 1.0,
) -> None:
    rules = (
        (n_samples >= 2, f"n_samples is {n_samples}: give 2 or more"),
        (isinstance(seed, np.random.Generator) or seed >= 0, f"the seed is {seed}: give 0 or more"),
        (0 < balance < 1, f"balance is {balance}: give a share of happy between 0 and 1"),
        (32 <= size <= 1024, f"size is {size}: give 32 to 1024 pixels"),
        (0 <= variation <= 5, f"variation is {variation}: give 0 to 5"),
    )
    for holds, text in rules:
        if not holds:
            raise UserError(f"cannot draw the built-in faces, {text}")
