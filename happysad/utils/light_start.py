"""scikit-learn imported in a third of its time, for a command that answers and ends.

Its modules import pandas, half of SciPy and more, for functions that few call. Here these get
stand-ins, which import the real thing when something in it is used for the first time.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from happysad.utils.deferred_modules import deferred_modules

LATER = (
    "asyncio",
    "imblearn.combine",
    "imblearn.ensemble",
    "imblearn.metrics",
    "imblearn.model_selection",
    "imblearn.over_sampling",
    "imblearn.tensorflow",
    "imblearn.under_sampling",
    "narwhals",
    "numpy.f2py",
    "numpy.testing",
    "pandas",
    "psutil",
    "scipy.fft",
    "scipy.integrate",
    "scipy.interpolate",
    "scipy.linalg",
    "scipy.ndimage",
    "scipy.optimize",
    "scipy.signal",
    "scipy.sparse.csgraph",
    "scipy.sparse.linalg",
    "scipy.spatial",
    "scipy.special",
    "scipy.stats",
    "skimage.color",
    "sklearn._loss",
    "sklearn.callback._progressbar",
    "sklearn.isotonic",
    "sklearn.linear_model._bayes",
    "sklearn.linear_model._coordinate_descent",
    "sklearn.linear_model._glm",
    "sklearn.linear_model._huber",
    "sklearn.linear_model._least_angle",
    "sklearn.linear_model._logistic",
    "sklearn.linear_model._omp",
    "sklearn.linear_model._passive_aggressive",
    "sklearn.linear_model._perceptron",
    "sklearn.linear_model._quantile",
    "sklearn.linear_model._ransac",
    "sklearn.linear_model._ridge",
    "sklearn.linear_model._stochastic_gradient",
    "sklearn.linear_model._theil_sen",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sklearn.neighbors",
    "sklearn.utils._test_common",
    "sklearn.utils.estimator_checks",
)
"""What scikit-learn's estimators import and answering does without."""


@contextmanager
def light_imports() -> Iterator[None]:
    """In the block, ``LATER`` are stood in for; not where scikit-learn is there in full already."""
    if "pandas" in sys.modules:  # which it imports
        yield
        return
    collects = gc.isenabled()
    gc.disable()  # modules are made to stay: looking through them for garbage costs 0.1 s
    try:
        with deferred_modules(LATER):
            yield
    finally:
        if collects:
            gc.enable()


def light_start() -> None:
    """Import what every model is made of, lightly, and NumPy for one thread.

    Whatever goes wrong is of no harm: who needs scikit-learn imports it again, and in full.
    """
    if "numpy" not in sys.modules:
        # OpenBLAS starts its threads as it is loaded, and what waits for work takes time as well.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with suppress(Exception), light_imports():
        importlib.import_module("imblearn.pipeline")
