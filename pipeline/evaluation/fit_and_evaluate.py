"""One trial: a recipe fitted on one part of the data and measured on the others."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from happysad.features.faces.face_batch import Faces
from happysad.pipeline.evaluation.metrics import LABELS, evaluate
from happysad.utils.feature_cache import FeatureCache, use_feature_cache
from happysad.utils.image_decoding import ImageSource

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

TIMED_IMAGES = 32


@dataclass(frozen=True)
class Sample:
    """Faces of one part of a data set with their labels; paths only for the timing.

    ``groups``, (n,), are the same for faces of one person or picture: where a fit sets faces
    aside, such faces stay together.
    """

    faces: Faces
    labels: NDArray[np.str_]
    paths: list[str] = field(default_factory=list)
    groups: NDArray[np.str_] | None = None


@dataclass(frozen=True)
class EvaluationResult:
    """What came of it.

    Attributes
    ----------
    p_happy : dict of part to (n,) float64
        Probability of happy for each face of each part measured.
    metrics : dict of part to dict
        See ``pipeline.metrics.evaluate``; none of a part with labels other than happy and sad.
    face_status : dict of part to (n,) str
        See ``features.batch.Faces``.
    fit_s : float
        CPU seconds to fit, from faces at hand (and from features, where stored).
    predict_ms : float
        CPU milliseconds an image from file to answer, one at a time, nothing stored.
    model : bytes
        The fitted Pipeline as ``joblib.dump`` writes it.
    history : list of dict
        The training curve of a network, a row an epoch; empty for other models.
    """

    p_happy: dict[Any, NDArray[np.float64]]
    metrics: dict[Any, dict[str, float | int]]
    face_status: dict[Any, NDArray[np.str_]]
    fit_s: float
    predict_ms: float
    model: bytes
    history: list[dict[str, float]] = field(default_factory=list)

    def fitted(self) -> Pipeline:
        """The fitted Pipeline, from images to labels."""
        import joblib

        loaded: Pipeline = joblib.load(io.BytesIO(self.model))
        return loaded


def fit_and_evaluate(
    model: Pipeline,
    train: Sample,
    others: Mapping[Any, Sample],
    store: FeatureCache | None = None,
) -> EvaluationResult:
    """Fit ``model`` on the faces of ``train`` and measure it on each of the other parts.

    Parameters
    ----------
    model : Pipeline
        As ``make_model`` gives it; its face stage is taken as done.
    others : mapping of any key to Sample
        The parts to measure on, under the keys that the result has them under.
    store : FeatureCache, optional
        Where features are kept.
    """
    import joblib
    from threadpoolctl import threadpool_limits

    # One thread: recipes run side by side, and the sums come out the same on any machine.
    with use_feature_cache(store), threadpool_limits(1):
        start = time.process_time()
        _fit(model, train)
        fit_s = time.process_time() - start
        p_happy = {name: _p_happy(model[1:], part.faces) for name, part in others.items()}
    buffer = io.BytesIO()
    joblib.dump(model, buffer, compress=1)
    return EvaluationResult(
        p_happy,
        {
            name: evaluate(part.labels.tolist(), p_happy[name])
            for name, part in others.items()
            if set(part.labels) <= set(LABELS)
        },
        {name: part.faces.status for name, part in others.items()},
        fit_s,
        milliseconds_per_image(model, others),
        buffer.getvalue(),
        _history(model),
    )


_GROUPS = "classifier__cv__groups"
"""The parameter of models that set faces aside, to learn their probabilities from these."""


def _fit(model: Pipeline, train: Sample) -> None:
    """Fit from the faces on; the groups are not kept in the model."""
    grouped = _GROUPS in model.get_params()
    if grouped:
        model.set_params(**{_GROUPS: train.groups})
    try:
        model[1:].fit(train.faces, train.labels)
    finally:
        if grouped:
            model.set_params(**{_GROUPS: None})


def _history(model: Pipeline) -> list[dict[str, float]]:
    """The training curve of the last step, where it is a network."""
    return list(getattr(model[-1], "history_", []))


def _p_happy(model: Any, faces: Faces) -> NDArray[np.float64]:
    column = list(model.classes_).index("happy")
    return np.asarray(model.predict_proba(faces)[:, column], np.float64)


def milliseconds_per_image(model: Pipeline, parts: Mapping[Any, Sample]) -> float:
    """CPU milliseconds an image, one at a time from the file on, on some images of the last part.

    Image, face, features and decision; nothing is read from a store. NaN without paths.
    """
    from threadpoolctl import threadpool_limits

    paths: Sequence[ImageSource] = list(parts.values())[-1].paths if parts else []
    paths = paths[:: max(1, len(paths) // TIMED_IMAGES)][:TIMED_IMAGES]
    if not paths:
        return float("nan")
    with use_feature_cache(None), threadpool_limits(1):
        model.predict_proba(paths[:1])  # weights load at the first call
        start = time.process_time()
        for path in paths:
            model.predict_proba([path])
        return 1000 * (time.process_time() - start) / len(paths)
