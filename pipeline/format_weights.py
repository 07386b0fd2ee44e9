"""Weights of training images that undo what the format of a file says about its label.

Where most happy faces of a data set are large and grey and most sad ones small and in colour, a
model learns the format in place of the face. Weighted so that within each format of each data set
both classes count the same, the format tells nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from happysad.features.errors import UserError
from happysad.pipeline.listing import LABELS


def format_weights(
    sources: Sequence[str],
    formats: Sequence[str],
    labels: Sequence[str],
    shares: Mapping[str, float],
    most: float,
) -> NDArray[np.float64]:
    """What each of ``n`` images counts in a fit; an image of a balanced set counts 1.

    The ``n`` units of weight there are go to the data sets by their shares, within a data set to
    its formats by their numbers of images, and within a format half to each class, evenly among
    its images. No image gets more than ``most``: where the rarer class of a format is too small
    for its half, the other class is cut to the same sum, and the data set has less than its
    share. A format with one class only gets nothing, since it would teach the format.

    Parameters
    ----------
    sources, formats : (n,) str
        The data set of each image, and its format within the data set.
    labels : (n,) str
        "happy" or "sad".
    shares : mapping of data set to share
        Positive; only their ratios count. Data sets without images do not count.
    most : float
        At least 1.

    Returns
    -------
    (n,) float64
        In each format of each data set, the sums of both classes are equal.

    Raises
    ------
    UserError
        A data set has no share, ``most`` is below 1, or no format has both classes.
    """
    source, form, label = (np.asarray(values, str) for values in (sources, formats, labels))
    given = {name: float(shares.get(name, 0.0)) for name in np.unique(source)}
    _check(given, most)
    weights = np.zeros(len(label))
    for name, share in given.items():
        own = source == name
        budget = len(label) * share / sum(given.values())
        for kind in np.unique(form[own]):
            within = own & (form == kind)
            half = budget * within.sum() / own.sum() / 2
            _share_out(weights, within, label, half, most)
    if len(label) and not weights.any():
        raise UserError("no format has both happy and sad faces: nothing can be learned from them")
    return weights


def _share_out(
    weights: NDArray[np.float64],
    within: NDArray[np.bool_],
    label: NDArray[np.str_],
    half: float,
    most: float,
) -> None:
    """Give ``half`` to each class of one format, or what both can bear."""
    classes = [within & (label == name) for name in LABELS]
    fewest = min(int(own.sum()) for own in classes)
    for own in classes:
        if fewest:
            weights[own] = min(half, most * fewest) / own.sum()


def _check(shares: Mapping[str, float], most: float) -> None:
    for name, share in shares.items():
        if not share > 0:
            raise UserError(f"the data set {name} has no share of the weight: give it one above 0")
    if not most >= 1:
        raise UserError(f"most = {most}: an image must be allowed to count 1 at least")
