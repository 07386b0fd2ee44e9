"""The models of a process that answers, loaded.

On Linux the processes are forked from one that imports this module first, so that they share
what it loads: the libraries and the models take 250 MB once and not once a core.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

MODELS = "HAPPYSAD_SERVICE_MODELS"
"""Environment variable of the process to fork from: JSON, model names to their sources."""

_loaded: dict[str, Pipeline] = {}


def pipeline(name: str, source: str) -> Pipeline:
    """A model, kept in this process; UserError where it cannot be loaded."""
    if name not in _loaded:
        from happysad.pipeline.prediction.load_any import load_any

        _loaded[name] = load_any(source)
    return _loaded[name]


def prepare(sources: Mapping[str, str]) -> None:
    """Load models, and try them, and keep the libraries below them to one thread.

    Threads would only wait for each other where each core has a process of its own, and a
    process with threads must not be forked.
    """
    import cv2
    from threadpoolctl import threadpool_limits

    cv2.setNumThreads(1)
    for name, source in sources.items():
        _warm_up(pipeline(name, source))
    threadpool_limits(1)


def _warm_up(model: Pipeline) -> None:
    """Ask it for the first time, in which detectors are read and modules imported."""
    import numpy as np

    from happysad.pipeline.evaluation.abstention import RejectBand
    from happysad.pipeline.prediction.predict_faces import predict_faces

    predict_faces(model, [np.zeros((96, 96, 3), np.uint8)], crops=True, band=RejectBand(0.4, 0.6))


if MODELS in os.environ:
    with suppress(Exception):  # the processes meet it again and tell
        prepare(json.loads(os.environ[MODELS]))
    gc.collect()
    gc.freeze()  # looking through them for garbage would copy the pages that are shared
