"""Find the faces and compute the features of a run ahead of its fits, each of them once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from happysad.experiments.attribution.feature_subsets import extractors
from happysad.features.faces.aligner import FaceAligner
from happysad.utils.feature_cache import FeatureCache, use_feature_cache

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from happysad.experiments.runner.run_context import RunContext
    from happysad.features.faces.face_batch import Faces

_CHUNK = 256  # faces given to a process at once


@dataclass
class _Needed:
    """Faces that an extractor will be asked for."""

    extractor: Any
    faces: Faces
    rows: set[int] = field(default_factory=set)


def aligner_of(model: Pipeline) -> FaceAligner:
    """The model's face stage; that of a model which reads whole images only says what we find."""
    first = model.steps[0][1]
    return first if isinstance(first, FaceAligner) else FaceAligner(predictor="5")


def warm_cache(
    needs: Sequence[tuple[Pipeline, Iterable[int], Iterable[int]]], context: RunContext
) -> list[Faces]:
    """For each model the faces of all rows: each image is searched once for a kind of alignment.

    ``needs`` has unfitted models, each with the rows of ``context.frame`` that it is fitted on and
    those that it is evaluated on. Features go into the cache ahead of the fits, all processes
    working on one extractor: no fit waits for another's.
    """
    aligners = [aligner_of(model).set_params(n_jobs=context.jobs) for model, *_ in needs]
    aligned = _align_all(aligners, context)
    faces_of_models = [aligned[_kind(aligner)] for aligner in aligners]
    needed: dict[str, _Needed] = {}
    for (model, fitted, evaluated), faces in zip(needs, faces_of_models, strict=True):
        for extractor in extractors(model):
            space = f"{extractor.cache_name()} {_kind(aligner_of(model))}"
            known = needed.setdefault(space, _Needed(extractor, faces))
            known.rows.update(fitted, evaluated)
    for known in needed.values():
        # Whatever fails here fails in the model's own fit again, and becomes its row.
        with suppress(Exception):
            faces = known.faces[sorted(known.rows)]
            cache_features(known.extractor, faces, context.cache, context.jobs)
    return faces_of_models


def _align_all(aligners: Sequence[FaceAligner], context: RunContext) -> dict[str, Faces]:
    """The faces of each kind of aligner.

    Crops, boxes and status do not depend on the predictor, so where some models want 68 points
    and others 5, the latter are given the same faces without the points.
    """
    found: dict[str, Faces] = {}
    with use_feature_cache(FeatureCache(context.cache)):
        for aligner in sorted(aligners, key=lambda aligner: aligner.predictor != "68"):
            with_68 = found.get(_kind(aligner, predictor="68"))
            if _kind(aligner) not in found:
                found[_kind(aligner)] = (
                    replace(with_68, landmarks=np.full_like(with_68.landmarks, np.nan))
                    if with_68 is not None
                    else context.align(aligner, context.frame)
                )
    return found


def _kind(aligner: FaceAligner, **other: Any) -> str:
    """A name for an aligner's settings, or for others but for which they are the same."""
    return repr(sorted({**aligner.get_params(), **other}.items()))


def cache_features(extractor: Any, faces: Faces, cache: Path, jobs: int) -> None:
    """Put the features of all faces into the cache, those that are not there yet."""
    import joblib

    from happysad.utils.progress import report

    missing = FeatureCache(cache).missing(extractor.cache_name(), faces.keys.tolist())
    chunks = [missing[i : i + _CHUNK] for i in range(0, len(missing), _CHUNK)]
    if not chunks:
        return
    pool = joblib.Parallel(n_jobs=min(jobs, len(chunks)), return_as="generator_unordered")
    ended = pool(joblib.delayed(_extract)(extractor, faces[chunk], cache) for chunk in chunks)
    done = 0
    for count in ended:
        done += count
        report(f"extracting features: {type(extractor).__name__}", done, len(missing))


def _extract(extractor: Any, faces: Faces, cache: Path) -> int:
    from threadpoolctl import threadpool_limits

    with use_feature_cache(FeatureCache(cache)), threadpool_limits(1):
        extractor.transform(faces)
    return len(faces)
