"""A recipe fitted on one part of the data and evaluated on the others."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from happysad.features.faces.face_batch import Faces
from happysad.pipeline.data.records import LABELS
from happysad.pipeline.estimators.fitted_model import predict_p_happy
from happysad.pipeline.evaluation.metrics import evaluate
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
    """What a fitted model predicts, how good that is, by part, and what it costs in CPU time.

    No metrics of a part with labels other than happy and sad. ``history`` is the training curve of
    a network, a row an epoch.
    """

    p_happy: dict[Any, NDArray[np.float64]]
    metrics: dict[Any, dict[str, float | int]]
    face_status: dict[Any, NDArray[np.str_]]
    fit_s: float  # from faces at hand, and from features where cached
    predict_ms: float  # an image from its file on, one at a time, nothing cached
    model: bytes  # as joblib writes it
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
    """Fit a model, as ``make_model`` gives it, on ``train`` and evaluate it on each other part.

    The result has the keys of ``others``.
    """
    import joblib
    from threadpoolctl import threadpool_limits

    # One thread: recipes run side by side, and the sums come out the same on any machine.
    with use_feature_cache(store), threadpool_limits(1):
        start = time.process_time()
        _fit(model, train)
        fit_s = time.process_time() - start
        p_happy = {name: predict_p_happy(model[1:], part.faces) for name, part in others.items()}
    buffer = io.BytesIO()
    joblib.dump(model, buffer, compress=1)
    return EvaluationResult(
        p_happy=p_happy,
        metrics={
            name: evaluate(part.labels.tolist(), p_happy[name])
            for name, part in others.items()
            if set(part.labels) <= set(LABELS)
        },
        face_status={name: part.faces.status for name, part in others.items()},
        fit_s=fit_s,
        predict_ms=milliseconds_per_image(model, others),
        model=buffer.getvalue(),
        history=list(getattr(model[-1], "history_", [])),
    )


def _fit(model: Pipeline, train: Sample) -> None:
    """Fit from the faces on, groups kept together in calibration but not kept in the model."""
    grouped = [name for name in model.get_params() if name.endswith("__cv__groups")]
    model.set_params(**dict.fromkeys(grouped, train.groups))
    try:
        model[1:].fit(train.faces, train.labels)
    finally:
        model.set_params(**dict.fromkeys(grouped))


def milliseconds_per_image(model: Pipeline, parts: Mapping[Any, Sample]) -> float:
    """CPU time an image, one at a time from its file on, past any cache; NaN without paths.

    Measured on some images of the last part.
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
