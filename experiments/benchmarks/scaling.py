"""Does the cost of training grow as the number of images does?"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZES = (1000, 2000, 4000, 8000)
ALIGN, DESCRIBE, FIT = "find and align faces", "describe faces", "fit, with both at hand"

Row = dict[str, Any]
"""``model``, ``images``, ``stage``, ``cpu_s``, ``ms_per_image``."""


def growth_rows(
    name: str, images: Sequence[Any], labels: NDArray[np.str_], sizes: Sequence[int] = SIZES
) -> list[Row]:
    """CPU cost of each step of training a recipe on the first 1, 2, 4, ... thousand images.

    Faces and features are made for each size from nothing, and kept in a folder for the fit
    alone, as the cache keeps them for the user. One thread.

    Parameters
    ----------
    name : str
        Of a recipe.
    images : sequence of str, Path or array
        In mixed order.
    labels : (n,) str
    sizes : sequence of int
        Those beyond the number of images become that number, once.
    """
    from threadpoolctl import threadpool_limits

    rows: list[Row] = []
    with threadpool_limits(1):
        _training(name, *_few(images, labels))  # loads the weights
        for size in dict.fromkeys(min(size, len(images)) for size in sizes):
            for stage, seconds in _training(name, images[:size], labels[:size]).items():
                each = 1000 * seconds / size
                rows.append(
                    {"model": name, "images": size, "stage": stage, "cpu_s": seconds,
                     "ms_per_image": each}
                )  # fmt: skip
    return rows


def drawn(n: int, seed: int = 0) -> tuple[list[NDArray[np.uint8]], NDArray[np.str_]]:
    """``n`` built-in faces of 48x48 with labels."""
    from happysad.pipeline.demo.demo_faces import make_demo_faces

    faces, labels = make_demo_faces(n, random_state=seed, size=48)
    return list(faces), labels


def read(data: str, seed: int = 0) -> tuple[list[str], NDArray[np.str_]]:
    """Paths and labels of a data set's train part, in mixed order."""
    from happysad.pipeline.data.dataset import load_data

    frame = load_data(data, seed=seed).frame
    frame = frame[frame["split"] == "train"].sample(frac=1.0, random_state=seed)
    return frame["path"].tolist(), frame["label"].to_numpy(str)


def steepness(rows: Sequence[Row], stage: str) -> float:
    """The exponent of growth from the first size to the last: 1 is in step with the images."""
    part = [row for row in rows if row["stage"] == stage]
    first, last = part[0], part[-1]
    if first["images"] == last["images"]:
        return float("nan")
    growth = np.log(last["cpu_s"] / first["cpu_s"]) / np.log(last["images"] / first["images"])
    return float(growth)


def growth_lines(rows: Sequence[Row]) -> list[str]:
    """What the rows say, in lines for the reader."""
    lines = [
        f"{row['model']}, {row['images']:>6} images, {row['stage']:<24}"
        f"{row['cpu_s']:9.2f} CPU s{row['ms_per_image']:9.3f} ms an image"
        for row in rows
    ]
    for model in dict.fromkeys(row["model"] for row in rows):
        part = [row for row in rows if row["model"] == model]
        lines += [
            f"{model}, {stage}: grows as images to the power of {steepness(part, stage):.2f}"
            for stage in dict.fromkeys(row["stage"] for row in part)
        ]
    return lines


def _few(images: Sequence[Any], labels: NDArray[np.str_]) -> tuple[list[Any], NDArray[np.str_]]:
    """A dozen images of each class."""
    rows = np.concatenate([np.flatnonzero(labels == one)[:12] for one in np.unique(labels)])
    return [images[i] for i in rows], labels[rows]


def _training(name: str, images: Sequence[Any], labels: NDArray[np.str_]) -> dict[str, float]:
    """CPU seconds by step."""
    from happysad.experiments.attribution.feature_subsets import extractors
    from happysad.features.faces.face_batch import Faces
    from happysad.pipeline.estimators.samplers import mirrored
    from happysad.pipeline.models.registry import make_model
    from happysad.utils.feature_cache import FeatureCache, use_feature_cache

    model = make_model(name)
    with tempfile.TemporaryDirectory() as folder, use_feature_cache(FeatureCache(folder)):
        spent: dict[str, float] = {}
        faces: Faces = _timed(spent, ALIGN, lambda: model[0].transform(images))
        copied = "mirror" in model.named_steps
        seen = Faces.concatenate([faces, mirrored(faces)]) if copied else faces
        describers = list(extractors(model))
        _timed(spent, DESCRIBE, lambda: [one.transform(seen) for one in describers])
        _timed(spent, FIT, lambda: model[1:].fit(faces, labels))
    return spent


def _timed(spent: dict[str, float], stage: str, work: Callable[[], Any]) -> Any:
    start = time.process_time()
    result = work()
    spent[stage] = time.process_time() - start
    return result
