"""Does the cost of training grow in step with the number of images?"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from happysad.experiments.attribution.feature_subsets import extractors
from happysad.experiments.benchmarks.stage_timing import StageTimer
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.models.registry import make_model
from happysad.utils.feature_cache import FeatureCache, use_feature_cache

SIZES = (1000, 2000, 4000, 8000)
ALIGN, EXTRACT, FIT = "find and align faces", "extract features", "fit, with both in the cache"


def growth(name: str, sizes: Sequence[int] = SIZES) -> pd.DataFrame:
    """CPU cost of each step of training a recipe on so many built-in faces, in one thread.

    ``model``, ``images``, ``stage``, ``cpu_s``, ``ms_per_image``. Faces and features are computed
    anew for each size, and cached in a folder for the fit, as for users.
    """
    images, labels = make_demo_faces(max(sizes), random_state=0, size=48)
    rows: list[dict[str, Any]] = []
    with threadpool_limits(1):
        _training(name, images[:24], labels[:24])  # loads the weights
        for n in sizes:
            for stage, seconds in _training(name, images[:n], labels[:n]).items():
                cost = {"cpu_s": seconds, "ms_per_image": 1000 * seconds / n}
                rows.append({"model": name, "images": n, "stage": stage, **cost})
    return pd.DataFrame(rows)


def growth_table(frame: pd.DataFrame) -> pd.DataFrame:
    """CPU seconds by stage and number of images, and the exponent of growth.

    The exponent is that from the first size to the last: 1 is in step with the images.
    """
    table = frame.pivot(index=["model", "stage"], columns="images", values="cpu_s")
    first, last = int(frame["images"].min()), int(frame["images"].max())
    table["exponent"] = np.log(table[last] / table[first]) / np.log(last / first)
    return table


def _training(name: str, images: NDArray[np.uint8], labels: NDArray[np.str_]) -> dict[str, float]:
    model, timer = make_model(name), StageTimer("")
    with tempfile.TemporaryDirectory() as folder, use_feature_cache(FeatureCache(folder)):
        with timer.stage(ALIGN):
            faces = model[0].transform(list(images))
        with timer.stage(EXTRACT):
            for extractor in extractors(model):
                extractor.transform(faces)
        with timer.stage(FIT):
            model[1:].fit(faces, labels)
    return {stage: timer.spent[stage] for stage in (ALIGN, EXTRACT, FIT)}
