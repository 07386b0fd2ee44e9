"""The exact explanation of logistic regression on pixels: a sum with a term a pixel."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from happysad.features.faces.face_batch import Faces
from happysad.features.pixels import Pixels
from happysad.pipeline.estimators.feature_blocks import feature_blocks


class LinearTerms(NamedTuple):
    """The logit of happy as a sum: ``terms.sum() + intercept``.

    ``terms`` is (k, k) float64 on the grid of the model's pixels, in log-odds.
    """

    terms: NDArray[np.float64]
    intercept: float


def linear_terms(model: Pipeline, face: Faces) -> LinearTerms | None:
    """What each pixel adds to the log-odds of happy; None where the model is another kind.

    A pixel adds its coefficient times its difference from the training mean, so a pixel as
    usual adds nothing, and the intercept is what the model says of a face that is usual all over.

    Parameters
    ----------
    model : Pipeline
        Fitted: face stage, ``Pixels`` and ``StandardScaler`` as features, logistic regression.
    face : Faces of 1
    """
    if not is_linear(model):
        return None
    classifier = model[-1]
    sign = 1.0 if classifier.classes_[1] == "happy" else -1.0
    standardized = np.asarray(model[1:-1].transform(face), np.float64)[0]
    terms = sign * classifier.coef_[0] * standardized
    side = feature_blocks(model)[0].extractor.size
    return LinearTerms(terms.reshape(side, side), sign * float(classifier.intercept_[0]))


def is_linear(model: Pipeline) -> bool:
    """Whether a fitted model is a linear one on standardized pixels."""
    from sklearn.linear_model import LogisticRegression

    blocks = feature_blocks(model)
    return (
        [type(block.extractor) for block in blocks] == [Pixels]
        and [type(step) for _, step in blocks[0].reduce.steps] == [StandardScaler]
        and isinstance(model[-1], LogisticRegression)
    )


def spread(terms: NDArray[Any], size: int) -> NDArray[np.float64]:
    """Terms of a (k, k) grid shared among the pixels that they stand for: (S, S), the same sum."""
    shares = _overlap(len(terms), size)
    return np.asarray(shares.T @ terms @ shares, np.float64)


def _overlap(k: int, size: int) -> NDArray[np.float64]:
    """For each of ``k`` equal stretches the share of it that each of ``size`` pixels covers."""
    stretch, pixel = np.linspace(0, size, k + 1), np.arange(size + 1.0)
    low = np.maximum(stretch[:-1, None], pixel[:-1])
    high = np.minimum(stretch[1:, None], pixel[1:])
    return np.asarray(np.maximum(high - low, 0) * k / size)
