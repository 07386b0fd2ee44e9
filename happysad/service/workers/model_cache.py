"""The models of a worker's process, loaded.

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

import numpy as np
from threadpoolctl import threadpool_limits

from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.prediction.predict import load_any
from happysad.pipeline.prediction.predict_faces import predict_faces

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

# Environment variable of the process to fork from: JSON, model names to their sources.
MODELS = "HAPPYSAD_SERVICE_MODELS"

_loaded: dict[str, Pipeline] = {}


def get_model(name: str, source: str) -> Pipeline:
    """A model, kept in this process; UserError where it cannot be loaded."""
    if name not in _loaded:
        _loaded[name] = load_any(source)
    return _loaded[name]


def preload(sources: Mapping[str, str]) -> None:
    """Load models and call each once, which imports modules and loads detectors.

    In one thread: each core has a process, and one with threads must not be forked.
    """
    import cv2

    cv2.setNumThreads(1)
    image, band = np.zeros((96, 96, 3), np.uint8), RejectBand(0.4, 0.6)
    for name, source in sources.items():
        predict_faces(get_model(name, source), [image], crops=True, band=band)
    threadpool_limits(1)


if MODELS in os.environ:
    with suppress(Exception):  # the workers meet it again and report it
        preload(json.loads(os.environ[MODELS]))
    gc.collect()
    gc.freeze()  # looking through them for garbage would copy the pages that are shared
