"""Inside a fitted model: its log-odds, its classifier, and what describes the faces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import FeatureUnion, Pipeline

from happysad.features.base import FaceFeature
from happysad.features.batch import Faces
from happysad.pipeline.block import PrincipalBlock
from happysad.pipeline.kernel_svm import KernelSvm

_SUREST = {"double": 1e-15, "single": 1e-7}  # nearer to 0 or 1 no probability is told from them


class Description(NamedTuple):
    """An extractor of a fitted model, and the mean of each of its columns over the training.

    ``typical`` is (d,) float64; None where no step after the extractor keeps the means.
    """

    extractor: FaceFeature
    typical: NDArray[np.float64] | None


def log_odds_happy(model: Pipeline, faces: Faces) -> NDArray[np.float64]:
    """Log of p(happy) / p(sad) of ``n`` faces: (n,) float64.

    Within 35 of 0, as probabilities nearer to 0 or 1 are rounded; of a CNN, whose arithmetic is
    of single precision, within 17.

    Parameters
    ----------
    model : Pipeline
        Fitted, with the face stage as first step.
    """
    single = hasattr(classifier_of(model), "precision")  # a CNN
    both = np.asarray(model[1:].predict_proba(faces), np.float64)
    logs = np.log(np.maximum(both, _SUREST["single" if single else "double"]))
    happy = list(model.classes_).index("happy")
    return np.asarray(logs[:, happy] - logs[:, 1 - happy])


def classifier_of(model: Pipeline) -> Any:
    """The fitted classifier of a model, out of what only weighs its training faces."""
    last = model.steps[-1][1]
    return last.estimator_ if type(last).__name__ == "BalancedClassifier" else last


def descriptions(model: Any) -> list[Description]:
    """Every extractor that a fitted model asks; one more than once in an ensemble."""
    return list(_described(model))


def log_odds_with_typical(
    model: Pipeline, face: Faces, masks: Mapping[str, NDArray[np.bool_]]
) -> NDArray[np.float64]:
    """Log-odds of happy of one face with columns set to their means over the training faces.

    Parameters
    ----------
    model : Pipeline
        Fitted; it is left as it was.
    face : Faces of 1
    masks : mapping of str to (m, d) bool
        For extractors, named by ``space()``: the columns to set in each of ``m`` copies.

    Returns
    -------
    (m,) float64
    """
    copied = deepcopy(model)
    for part in descriptions(copied):
        mask = masks.get(part.extractor.space())
        if mask is not None and part.typical is not None:
            part.extractor.__dict__["transform"] = _replaced(part.extractor, part.typical, mask)
    copies = len(next(iter(masks.values())))
    return log_odds_happy(copied, face[np.zeros(copies, int)])


def _replaced(
    extractor: FaceFeature, typical: NDArray[np.float64], mask: NDArray[np.bool_]
) -> Callable[[Faces], NDArray[np.float32]]:
    transform = extractor.transform

    def replaced(faces: Faces) -> NDArray[np.float32]:
        rows = transform(faces[:1])  # the copies are alike
        return np.where(mask, typical, rows).astype(np.float32)

    return replaced


def _described(model: Any, after: Any = None) -> Iterator[Description]:
    if isinstance(model, FaceFeature):
        yield Description(model, _training_means(after))
    elif isinstance(model, PrincipalBlock):
        yield Description(model.extractor, np.asarray(model.mean_, np.float64))
    elif isinstance(model, KernelSvm):
        yield from _described(model.describe_)
    elif isinstance(model, Pipeline):
        steps = [step for _, step in model.steps]
        for step, following in zip(steps, [*steps[1:], after], strict=True):
            yield from _described(step, following)
    elif isinstance(model, FeatureUnion):
        for _, part in model.transformer_list:
            yield from _described(part)
    elif hasattr(model, "calibrated_classifiers_"):
        for calibrated in model.calibrated_classifiers_:
            yield from _described(calibrated.estimator)
    elif hasattr(model, "estimator_"):
        yield from _described(model.estimator_)


def _training_means(step: Any) -> NDArray[np.float64] | None:
    """Means of the columns that a fitted StandardScaler was given."""
    if getattr(step, "mean_", None) is not None:
        return np.asarray(step.mean_, np.float64)
    return None
