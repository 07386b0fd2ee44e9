"""What each stage of a model costs, from the file to the answer, in CPU milliseconds an image.

The model runs as it always does; a watch is held to the pieces that it calls. So nothing is
counted twice or left out, and the stages sum to the whole.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.benchmarks.stage_timer import StageTimer, put

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

BATCHES = (1, 256)

DECODE, DETECT, ALIGN, CLASSIFY = "decode", "detect", "align", "classify"
LANDMARKS = {"5": "5 landmarks", "68": "68 landmarks"}

Row = dict[str, Any]
"""``kind`` (face, descriptor, classifier, floor), ``stage``, ``batch``, ``value``, ``unit``."""


def stage_rows(model: Pipeline, files: Sequence[Path], batch: int, repeats: int = 3) -> list[Row]:
    """Cost of each stage: the median of ``repeats`` passes, after one that is not counted.

    Parameters
    ----------
    model : Pipeline
        Fitted.
    files : sequence of Path
        Images; in a larger batch they come more than once.
    batch : int
        Images given to ``predict_proba`` at once.
    """
    given = [str(files[i % len(files)]) for i in range(max(batch, len(files)))]
    parts = [given[i : i + batch] for i in range(0, len(given), batch)]
    passes = [_spent(model, parts) for _ in range(repeats + 1)][1:]
    stages = dict.fromkeys(stage for spent in passes for stage in spent)
    per_image = 1000 / len(given)
    return [
        _row(stage, batch, per_image * statistics.median(spent[stage] for spent in passes))
        for stage in sorted(stages, key=_order)
    ]


def floor_rows(model: Pipeline, files: Sequence[Path], repeats: int = 3) -> list[Row]:
    """What YuNet and the landmarks that the model reads cost by themselves."""
    import dlib

    from happysad.features.faces.detector import find_faces, find_one_face, rescaled
    from happysad.features.faces.pretrained_weights import shape_predictor
    from happysad.utils.image_decoding import read_image, to_gray

    aligner = model.named_steps["faces"]
    seen = [rescaled(to_gray(read_image(file))) for file in files]
    boxes = []
    for image in seen:
        face = find_one_face(image, aligner.min_score)
        boxes.append(dlib.rectangle(*(round(side * image.scale) for side in face.box)))
    kinds = ["5", "68"] if aligner.predictor == "68" else ["5"]
    passes = []
    for _ in range(repeats + 1):
        watch = StageTimer("")
        for image, box in zip(seen, boxes, strict=True):
            with watch.stage(DETECT):
                find_faces(image, aligner.min_score)
            for kind in kinds:
                with watch.stage(LANDMARKS[kind]):
                    shape_predictor(kind)(image.pixels, box)
        passes.append(watch.spent)
    stages = [DETECT, *(LANDMARKS[kind] for kind in kinds)]
    ms = {s: 1000 / len(seen) * statistics.median(p[s] for p in passes[1:]) for s in stages}
    return [{**_row(stage, 1, ms[stage]), "kind": "floor"} for stage in stages]


def _spent(model: Pipeline, parts: list[list[str]]) -> dict[str, float]:
    """CPU seconds by stage of one pass over all parts."""
    watch = StageTimer(CLASSIFY)
    with _held(watch, model):
        watch.book()
        watch.spent.clear()
        for part in parts:
            model.predict_proba(part)
        watch.book()
    return watch.spent


@contextmanager
def _held(watch: StageTimer, model: Pipeline) -> Iterator[None]:
    """The watch held to reading, YuNet, dlib, the face stage and the model's extractors."""
    from happysad.experiments.attribution.feature_subsets import extractors
    from happysad.features.faces import aligner as faces
    from happysad.features.faces import detector as detect

    seen: Any = detect
    reader: Any = faces
    load = seen.shape_predictor
    predictor = cache(lambda kind: watch.held_to(LANDMARKS[kind], load(kind)))
    aligner = model.named_steps["faces"]
    with ExitStack() as stack:
        stack.enter_context(put(detect, "find_faces", watch.held_to(DETECT, seen.find_faces)))
        stack.enter_context(put(detect, "shape_predictor", predictor))
        stack.enter_context(put(faces, "read_image", watch.held_to(DECODE, reader.read_image)))
        stack.enter_context(put(aligner, "transform", watch.held_to(ALIGN, aligner.transform)))
        for one in extractors(model):
            stack.enter_context(put(one, "transform", watch.held_to(str(one), one.transform)))
        yield


def _row(stage: str, batch: int, ms: float) -> Row:
    kind = "face" if stage in (DECODE, DETECT, ALIGN, *LANDMARKS.values()) else "descriptor"
    kind = "classifier" if stage == CLASSIFY else kind
    return {"kind": kind, "stage": stage, "batch": batch, "value": ms, "unit": "ms an image"}


def _order(stage: str) -> int:
    known = [DECODE, DETECT, *LANDMARKS.values(), ALIGN]
    return known.index(stage) if stage in known else len(known) + (stage == CLASSIFY)
