"""Bag of visual words: how much of 256 small patterns there is in each part of the crop."""

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

SIDE = 48  # the crop is brought to so many pixels: FER2013 has no more
PATCH = 6
STEP = 2
PLACES = (SIDE - PATCH) // STEP + 1

_FLAT = np.float32(25.0)  # variance in grey levels that counts as noise


class Vocabulary(NamedTuple):
    """What patches are compared with.

    ``whitening`` (36, 36) takes the correlation of neighbouring pixels out of a normalised
    patch; ``words`` (2k, 36) are whitened patterns, the second half the mirror image of the
    first.
    """

    whitening: NDArray[np.float32]
    words: NDArray[np.float32]


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that comes with the package."""
    with np.load(WORDS_FILE) as arrays:
        return Vocabulary(arrays["whitening"], with_mirrored(arrays["words"]))


def with_mirrored(words: NDArray[np.float32]) -> NDArray[np.float32]:
    """Patterns (k, 36) followed by their mirror images: (2k, 36)."""
    turned = words.reshape(-1, PATCH, PATCH)[:, :, ::-1].reshape(len(words), -1)
    return np.concatenate([words, turned])


def patches(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """All patches of 6x6 pixels, 2 pixels apart, of crops brought to 48x48: (n * 22 * 22, 36).

    Each has mean 0 and, unless it is all but flat, variance 1.
    """
    import cv2

    small = np.empty((len(images), SIDE, SIDE), np.float32)
    for one, image in zip(small, images, strict=True):
        one[:] = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    window = np.lib.stride_tricks.sliding_window_view(small, (PATCH, PATCH), axis=(1, 2))
    flat: NDArray[np.float32] = window[:, ::STEP, ::STEP].reshape(-1, PATCH * PATCH)
    flat = flat - flat.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", flat, flat) / np.float32(flat.shape[1])
    flat /= np.sqrt(variance + _FLAT)[:, None]
    return flat


def word_counts(
    images: NDArray[np.uint8], known: Vocabulary, grid: int = 4, root: bool = True
) -> NDArray[np.float32]:
    """Soft counts of words in each cell of a grid over the crop.

    Coates, Lee and Ng (2011), An analysis of single-layer networks in unsupervised feature
    learning: a patch counts for each word that is nearer to it than words are on average, by as
    much as it is nearer ("triangle" activation); counts are summed over a cell.

    Parameters
    ----------
    images : (n, S, S) uint8
    known : Vocabulary
        Of ``w`` words.
    grid : int
        Cells along a side.
    root : bool
        Take the square root of each count, as is done for LBP histograms.

    Returns
    -------
    (n, grid^2 * w) float32
        Ordered by cell row, cell column, word.
    """
    towards = -2 * known.words.T
    sizes = np.einsum("ij,ij->i", known.words, known.words)
    borders = _borders(grid)
    pooling = np.repeat(np.eye(grid, dtype=np.float32), np.diff(borders), axis=1)
    found = patches(images).reshape(len(images), PLACES, PLACES, -1)
    counts = np.empty((len(images), grid, grid, len(known.words)), np.float32)
    # A row of cells at a time: its distances stay in the processor's cache.
    for image, into in zip(found, counts, strict=True):
        for cell in range(grid):
            rows = image[borders[cell] : borders[cell + 1]]
            nearer = _nearer(rows.reshape(-1, rows.shape[2]) @ known.whitening, towards, sizes)
            np.matmul(pooling, nearer.reshape(len(rows), PLACES, -1).sum(axis=0), out=into[cell])
    rows = counts.reshape(len(images), -1)
    return np.sqrt(rows, out=rows) if root else rows


def _nearer(
    whitened: NDArray[np.float32], towards: NDArray[np.float32], sizes: NDArray[np.float32]
) -> NDArray[np.float32]:
    """By how much each word is nearer to a patch than words are on average, or 0: (m, w)."""
    distance: NDArray[np.float32] = whitened @ towards
    distance += np.einsum("ij,ij->i", whitened, whitened)[:, None]
    distance += sizes
    np.sqrt(np.maximum(distance, 0, out=distance), out=distance)
    np.subtract(distance.mean(axis=1, keepdims=True), distance, out=distance)
    return np.maximum(distance, 0, out=distance)


def _borders(grid: int) -> NDArray[np.intp]:
    """Where cells begin and end, the same for a mirror image: (grid + 1,)."""
    exact = np.arange(grid + 1) * PLACES / grid
    low = np.floor(exact + 0.5)
    return np.where(exact <= PLACES / 2, low, PLACES - low[::-1]).astype(np.intp)


class VisualWords(FaceFeature):
    """``word_counts`` of each face as a scikit-learn transformer, ``(n, grid^2 * 256)`` float32.

    The vocabulary is fixed, so nothing is learned and features can be cached.

    Examples
    --------
    >>> from happysad.features import FaceAligner, VisualWords
    >>> from skimage.data import astronaut
    >>> VisualWords().fit_transform(FaceAligner().transform([astronaut()])).shape
    (1, 4096)
    """

    version = 2  # of the vocabulary, too

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "grid": [Interval(Integral, 1, PLACES // 2, closed="both")],
        "root": ["boolean"],
    }

    def __init__(self, grid: int = 4, root: bool = True) -> None:
        self.grid = grid
        self.root = root

    def _describe(self, faces: Faces) -> NDArray[np.float32]:
        return word_counts(faces.crops, vocabulary(), self.grid, self.root)

    def _names(self, size: int) -> list[str]:
        cells = [(r, c) for r in range(self.grid) for c in range(self.grid)]
        n_words = len(vocabulary().words)
        return [f"bovw_cell{r}.{c}_word{w}" for r, c in cells for w in range(n_words)]
