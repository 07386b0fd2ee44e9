"""The probability of happy, whichever order a model has its classes in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def predict_p_happy(model: Any, X: Any) -> NDArray[np.float64]:
    """p(happy) of each of ``n`` rows: the column of ``predict_proba`` that belongs to "happy".

    Parameters
    ----------
    model : classifier
        Fitted on the labels happy and sad, with ``predict_proba``: a whole model for images, its
        part from the faces on (``model[1:]``) for ``Faces``, its last step for features.
    X : n images, Faces of n, or (n, d) array
        What ``model`` takes.

    Returns
    -------
    (n,) float64

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> model = DummyClassifier().fit([[0], [1], [2], [3]], ["sad", "happy", "happy", "happy"])
    >>> predict_p_happy(model, [[4], [5]])
    array([0.75, 0.75])
    """
    column = [str(label) for label in model.classes_].index("happy")
    return np.asarray(model.predict_proba(X)[:, column], np.float64)
