"""The exact explanation of logistic regression on pixels: a sum with a term a pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from happysad.features.faces.face_batch import Faces
from happysad.features.pixels import Pixels
from happysad.pipeline.estimators.feature_blocks import feature_blocks


def linear_terms(model: Pipeline, face: Faces) -> tuple[NDArray[np.float64], float] | None:
    """What each pixel adds to the log-odds of happy; None where the model is another kind.

    A pixel adds its coefficient times its difference from the training mean, so a typical pixel
    adds nothing, and the intercept is the log-odds of a face that is typical all over.

    Parameters
    ----------
    model : Pipeline
        Fitted: aligner, ``Pixels`` and ``StandardScaler`` as features, logistic regression.
    face : Faces of 1

    Returns
    -------
    terms : (k, k) float64
        On the grid of the model's pixels; ``terms.sum() + intercept`` is the log-odds.
    intercept : float
    """
    if not is_linear(model):
        return None
    classifier = model[-1]
    sign = 1.0 if classifier.classes_[1] == "happy" else -1.0
    standardized = np.asarray(model[1:-1].transform(face), np.float64)[0]
    terms = sign * classifier.coef_[0] * standardized
    side = feature_blocks(model)[0].extractor.size
    return terms.reshape(side, side), sign * float(classifier.intercept_[0])


def is_linear(model: Pipeline) -> bool:
    """Whether a model is logistic regression on standardized pixels."""
    from sklearn.linear_model import LogisticRegression

    blocks = feature_blocks(model)
    return (
        [type(block.extractor) for block in blocks] == [Pixels]
        and [type(step) for _, step in blocks[0].reduce.steps] == [StandardScaler]
        and isinstance(model[-1], LogisticRegression)
    )


def resample(terms: NDArray[Any], size: int) -> NDArray[np.float64]:
    """A (k, k) grid resampled to (S, S) by the area that pixels share, so that the sum stays."""
    cell, pixel = np.linspace(0, size, len(terms) + 1), np.arange(size + 1.0)
    low = np.maximum(cell[:-1, None], pixel[:-1])
    high = np.minimum(cell[1:, None], pixel[1:])
    shares = np.asarray(np.maximum(high - low, 0) * len(terms) / size)
    return np.asarray(shares.T @ terms @ shares, np.float64)
