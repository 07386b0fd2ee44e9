"""Two thumbnails aligned by their correlation (ECC): are they the same picture?"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 48  # of the thumbnails, in pixels

CORRELATION, DETAIL = 0.90, 0.85
"""Least correlations of two near-duplicates: of aligned, equalised pixels and of their details.

Details are what a blur of 2.5 pixels takes away. Upright faces of different people reach 0.95 in
plain pixels. In details, on FER2013, they stay below 0.8 and copies are above 0.85.
"""

_MIN_DEVIATION = 2.0  # of the grey values; less is a blank image
_MIN_OVERLAP = 0.55  # share of the first image that the second must cover
_FIRST_STEPS, _STEPS = 4, 12
_MIN_FIRST_DETAIL = 0.60  # details after the first steps: other pairs are not fitted to the end


class Match(NamedTuple):
    """How alike two near-duplicates are: correlations once aligned, and whether one is mirrored.

    Examples
    --------
    >>> Match(correlation=0.98, detail=0.95) > Match(correlation=0.97, detail=0.99)
    True
    """

    correlation: float
    detail: float
    mirrored: bool = False


def thumbnail(gray: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The image at 48 x 48 with its histogram equalised; None where it is blank.

    Equalising undoes contrast stretching, brightening and gamma.

    Parameters
    ----------
    gray : (H, W) uint8

    Returns
    -------
    (48, 48) uint8 or None

    Examples
    --------
    >>> import numpy as np
    >>> thumbnail(np.full((100, 80), 7, np.uint8)) is None
    True
    >>> thumbnail(np.arange(8000, dtype=np.uint8).reshape(100, 80)).shape
    (48, 48)
    """
    small = cv2.resize(gray, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    if small.std() < _MIN_DEVIATION:
        return None
    return np.asarray(cv2.equalizeHist(small), np.uint8)


def match(
    first: NDArray[np.uint8],
    second: NDArray[np.uint8],
    start: NDArray[np.float64],
    mirrored: bool = False,
) -> Match | None:
    """Fit the affine transform between two (48, 48) thumbnails; None unless they are one picture.

    ``start`` (2, 3) is about the transform from pixels of ``first`` to those of ``second``.
    ``mirrored`` is only noted in the result: mirror ``first`` before.

    Source: Evangelidis and Psarakis, "Parametric Image Alignment Using Enhanced Correlation
    Coefficient Maximization", IEEE TPAMI 30(10), 2008.
    """
    one, two = (
        np.asarray(cv2.GaussianBlur(image.astype(np.float32), (0, 0), 1.0), np.float32)
        for image in (first, second)
    )
    matrix = start.astype(np.float32)
    for steps, detail in ((_FIRST_STEPS, _MIN_FIRST_DETAIL), (_STEPS, DETAIL)):
        found = _fitted(one, two, matrix, steps)
        if found is None or found[1] < detail:
            return None
    return Match(*found, mirrored) if found and found[0] >= CORRELATION else None


def _fitted(
    one: NDArray[np.float32], two: NDArray[np.float32], matrix: NDArray[np.float32], steps: int
) -> tuple[float, float] | None:
    """Correlations of pixels and details after more steps of the fit, which change ``matrix``."""
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, steps, 1e-4)
    try:
        cv2.findTransformECC(one, two, matrix, cv2.MOTION_AFFINE, stop)
    except cv2.error:  # the two have nothing in common
        return None
    size, flags = (SIDE, SIDE), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    inside = cv2.warpAffine(np.ones(one.shape, np.uint8), matrix, size, flags=flags) > 0
    if inside.mean() < _MIN_OVERLAP:
        return None
    aligned, fine = (
        np.asarray(cv2.warpAffine(image, matrix, size, flags=flags), np.float32)[inside]
        for image in (two, _details(two))
    )
    return _correlation(one[inside], aligned), _correlation(_details(one)[inside], fine)


def _details(image: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(image - cv2.GaussianBlur(image, (0, 0), 2.5), np.float32)


def _correlation(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
    one, two = one - one.mean(), two - two.mean()
    scale = float(np.sqrt((one * one).sum() * (two * two).sum()))
    return float((one * two).sum()) / scale if scale > 1e-6 else 0.0
