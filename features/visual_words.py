"""Bag of visual words: soft counts of 256 small patterns in each cell of the crop."""

from __future__ import annotations

from functools import cache
from numbers import Integral
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.utils._param_validation import Interval

from happysad.features.base import FaceFeature
from happysad.features.faces.face_batch import Faces

WORDS_FILE = Path(__file__).with_name("visual_words.npz")
"""256 patterns of the faces of FER2013's Training part, by
``experiments/maintenance/build_visual_words.py``."""

SIDE = 48  # pixels to which a crop is resized: FER2013 has no more
PATCH = 6
STEP = 2
POSITIONS = (SIDE - PATCH) // STEP + 1


class Vocabulary(NamedTuple):
    """A matrix (36, 36) that decorrelates the pixels of a patch; (k, 36) whitened words."""

    whitening: NDArray[np.float32]
    words: NDArray[np.float32]


@cache
def vocabulary() -> Vocabulary:
    """The package's own: 128 words and their mirror images."""
    with np.load(WORDS_FILE) as arrays:
        return Vocabulary(arrays["whitening"], with_mirrored(arrays["words"]))


def with_mirrored(words: NDArray[np.float32]) -> NDArray[np.float32]:
    """Words (k, 36) followed by their mirror images: (2k, 36)."""
    mirrored = words.reshape(-1, PATCH, PATCH)[:, :, ::-1].reshape(len(words), -1)
    return np.concatenate([words, mirrored])


def patches(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """All 6x6 patches, 2 pixels apart, of (n, S, S) images resized to 48x48: (n * 22 * 22, 36).

    Each has mean 0 and, unless it is nearly flat, variance 1.
    """
    import cv2

    small = [cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for image in images]
    pixels = np.array(small, np.float32)
    window = np.lib.stride_tricks.sliding_window_view(pixels, (PATCH, PATCH), axis=(1, 2))
    flat: NDArray[np.float32] = window[:, ::STEP, ::STEP].reshape(-1, PATCH * PATCH)
    flat = flat - flat.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", flat, flat) / np.float32(flat.shape[1])
    flat /= np.sqrt(variance + np.float32(25))[:, None]  # a variance that counts as noise
    return flat


def word_counts(
    images: NDArray[np.uint8], vocabulary: Vocabulary, grid: int = 4, root: bool = True
) -> NDArray[np.float32]:
    """``VisualWords`` of (n, S, S) uint8 images and ``w`` words: (n, grid^2 * w) float32."""
    whitening, words = vocabulary
    products, squares = -2 * words.T, np.einsum("ij,ij->i", words, words)
    borders = _borders(grid)
    pooling = np.repeat(np.eye(grid, dtype=np.float32), np.diff(borders), axis=1)
    found = patches(images).reshape(len(images), POSITIONS, POSITIONS, -1)
    counts = np.empty((len(images), grid, grid, len(words)), np.float32)
    # A row of cells at a time: its distances stay in the processor's cache.
    for image, count in zip(found, counts, strict=True):
        for cell in range(grid):
            rows = image[borders[cell] : borders[cell + 1]]
            activation = _triangle(rows.reshape(-1, rows.shape[2]) @ whitening, products, squares)
            activation = activation.reshape(len(rows), POSITIONS, -1).sum(axis=0)
            np.matmul(pooling, activation, out=count[cell])
    rows = counts.reshape(len(images), -1)
    return np.sqrt(rows, out=rows) if root else rows


def _triangle(
    whitened: NDArray[np.float32], products: NDArray[np.float32], squares: NDArray[np.float32]
) -> NDArray[np.float32]:
    """By how much each word is nearer to a patch than words are on average, or 0: (m, w).

    Of |p - w|^2 = |p|^2 - 2 p w + |w|^2, ``products`` is -2 w and ``squares`` |w|^2.
    """
    distance: NDArray[np.float32] = whitened @ products
    distance += np.einsum("ij,ij->i", whitened, whitened)[:, None]
    distance += squares
    np.sqrt(np.maximum(distance, 0, out=distance), out=distance)
    np.subtract(distance.mean(axis=1, keepdims=True), distance, out=distance)
    return np.maximum(distance, 0, out=distance)


def _borders(grid: int) -> NDArray[np.intp]:
    """Where cells begin and end, the same for a mirror image: (grid + 1,)."""
    exact = np.arange(grid + 1) * POSITIONS / grid
    low = np.floor(exact + 0.5)
    return np.where(exact <= POSITIONS / 2, low, POSITIONS - low[::-1]).astype(np.intp)


class VisualWords(FaceFeature):
    """Soft counts of visual words in each cell of a grid, (n, grid^2 * 256) float32.

    Coates, Lee and Ng (2011), An analysis of single-layer networks in unsupervised feature
    learning: a patch counts for each word that is nearer to it than words are on average, by as
    much as it is nearer ("triangle" activation). The vocabulary is fixed, so nothing is learned.

    Parameters
    ----------
    grid : int
        Cells along a side.
    root : bool
        Take the square root of each count, as ``Lbp`` does.
    symmetric : bool
        Give the mean of the features of the face and of its mirror image.

    Examples
    --------
    >>> from happysad.features import FaceAligner, VisualWords
    >>> from skimage.data import astronaut
    >>> VisualWords().fit_transform(FaceAligner().transform([astronaut()])).shape
    (1, 4096)
    """

    version = 2  # of the vocabulary, too

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "grid": [Interval(Integral, 1, POSITIONS // 2, closed="both")],
        "root": ["boolean"],
        "symmetric": ["boolean"],
    }

    def __init__(self, grid: int = 4, root: bool = True, symmetric: bool = False) -> None:
        self.grid = grid
        self.root = root
        self.symmetric = symmetric

    def _extract(self, faces: Faces) -> NDArray[np.float32]:
        return word_counts(faces.crops, vocabulary(), self.grid, self.root)

    def _names(self, size: int) -> list[str]:
        cells = [(r, c) for r in range(self.grid) for c in range(self.grid)]
        n_words = len(vocabulary().words)
        return [f"bovw_cell{r}.{c}_word{w}" for r, c in cells for w in range(n_words)]
