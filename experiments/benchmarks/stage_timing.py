"""What each stage of a model costs, from the file to the prediction, in CPU milliseconds an image.

The model runs as it always does while the functions that it calls are timed. So nothing is
counted twice or left out, and the stages sum to the whole. The images show built-in faces: what a
stage costs does not depend on who is seen.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache, wraps
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
from PIL import Image
from sklearn.pipeline import Pipeline

from happysad.experiments.attribution.feature_subsets import extractors
from happysad.features.faces import aligner, detector
from happysad.pipeline.demo.demo_clips import Actor, draw_clip
from happysad.pipeline.demo.demo_faces import LABELS, make_demo_faces

BATCHES = (1, 256)
PHOTOGRAPH, CROP = "photograph 350x350", "tight crop 48x48"

DECODE, DETECT, ALIGN, CLASSIFY = "decode", "detect", "align", "classify"
LANDMARKS = {"5": "5 landmarks", "68": "68 landmarks"}
YUNET = "YuNet"
"""The network alone; what prepares its picture and reads its answer is ``DETECT``."""

FACE_STAGES = (DECODE, DETECT, YUNET, *LANDMARKS.values(), ALIGN)


class StageTimer:
    """CPU seconds by stage; what a stage calls and is itself a stage does not count in it.

    Time outside of all stages belongs to ``rest``.
    """

    def __init__(self, rest: str) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._stages = [rest]
        self._since = time.process_time()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time spent in the block belongs to ``name``."""
        self.book()
        self._stages.append(name)
        try:
            yield
        finally:
            self.book()
            self._stages.pop()

    def book(self) -> None:
        """Add what was spent until now to the current stage."""
        now = time.process_time()
        self.spent[self._stages[-1]] += now - self._since
        self._since = now

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with its time booked to ``name``."""

        @wraps(function)
        def wrapped(*args: Any, **options: Any) -> Any:
            with self.stage(name):
                return function(*args, **options)

        return wrapped

    @contextmanager
    def patched(self, *functions: tuple[Any, str, str]) -> Iterator[None]:
        """Each (owner, name of a function, stage) is timed in the block."""
        with ExitStack() as stack:
            for owner, name, stage in functions:
                timed = self.timed(stage, getattr(owner, name))
                stack.enter_context(mock.patch.object(owner, name, timed))
            yield


def drawn_images(folder: Path, n: int, seed: int = 0) -> dict[str, list[Path]]:
    """Write ``n`` grey JPEG files of either kind to a folder; return their paths by kind."""
    rng = np.random.default_rng(seed)
    crops, _ = make_demo_faces(max(n, 2), random_state=seed, size=48)
    files: dict[str, list[Path]] = {PHOTOGRAPH: [], CROP: []}
    for i in range(n):
        x, y = rng.uniform(0.42, 0.58, 2)
        actor = Actor((x, y), side=210, moods=((0.0, LABELS[i % 2]),), seed=seed + i)
        (photograph,) = draw_clip(350, 350, 1, [actor], seed=seed + i)
        for kind, pixels in ((PHOTOGRAPH, photograph), (CROP, crops[i])):
            files[kind].append(folder / f"{kind.split()[-1]}-{i:03}.jpg")
            Image.fromarray(pixels).convert("L").save(files[kind][-1], quality=90)
    return files


def stage_rows(
    model: Pipeline, files: Sequence[Path], batch: int, repeats: int = 3
) -> list[dict[str, Any]]:
    """Cost of each stage: the median of ``repeats`` passes, after one that is not counted.

    ``kind``, ``stage``, ``batch``, ``value``, ``unit``. ``batch`` images are given to the fitted
    model at once; where the files are fewer, they are repeated.
    """
    n = max(batch, len(files))
    images = [str(files[i % len(files)]) for i in range(n)]
    batches = [images[i : i + batch] for i in range(0, n, batch)]
    passes = [_one_pass(model, batches) for _ in range(repeats + 1)][1:]
    found = {stage for spent in passes for stage in spent}
    kinds = dict.fromkeys((s for s in FACE_STAGES if s in found), "face")
    kinds |= dict.fromkeys(sorted(found - {*FACE_STAGES, CLASSIFY}), "descriptor")
    kinds[CLASSIFY] = "classifier"
    rows = []
    for stage, kind in kinds.items():
        value = 1000 / n * statistics.median(spent[stage] for spent in passes)
        row = {"kind": kind, "stage": stage, "batch": batch, "value": value, "unit": "ms an image"}
        rows.append(row)
    return rows


def _one_pass(model: Pipeline, batches: list[list[str]]) -> dict[str, float]:
    """CPU seconds by stage of one pass over all batches."""
    timer = StageTimer(CLASSIFY)
    load: Callable[[str], Any] = vars(detector)["shape_predictor"]
    predictor = cache(lambda kind: timer.timed(LANDMARKS[kind], load(kind)))
    functions: list[tuple[Any, str, str]] = [
        (detector, "find_faces", DETECT),
        (aligner, "read_image", DECODE),
        (model.named_steps["faces"], "transform", ALIGN),
        *((extractor, "transform", str(extractor)) for extractor in extractors(model)),
    ]
    yunet = vars(detector)["face_detector"]()
    detect = timer.timed(YUNET, yunet.detect)
    network = cache(lambda: SimpleNamespace(setInputSize=yunet.setInputSize, detect=detect))
    with (
        timer.patched(*functions),
        mock.patch.object(detector, "shape_predictor", predictor),
        mock.patch.object(detector, "face_detector", network),
    ):
        timer.book()
        timer.spent.clear()
        for images in batches:
            model.predict_proba(images)
        timer.book()
    return timer.spent
