"""What all models of a run share: the faces, and the features in the store."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from happysad.experiments.attribution.feature_subsets import extractors
from happysad.utils.feature_cache import FeatureCache, cache_dir, use_feature_cache

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

    from happysad.experiments.runner.engine import Work
    from happysad.experiments.runner.fit_tasks import Rows
    from happysad.features.faces.aligner import FaceAligner
    from happysad.features.faces.face_batch import Faces
    from happysad.pipeline.evaluation.fit_and_evaluate import Sample

AlignAll = Callable[["FaceAligner", "pd.DataFrame"], "Faces"]
Need = tuple["Pipeline", Iterable[int], Iterable[int]]

_CHUNK = 256  # faces given to a process at once


@contextmanager
def feature_cache_folder(use_cache: bool = True) -> Iterator[Path]:
    """The folder of the user's cache, or one that is gone after the block."""
    if use_cache:
        yield cache_dir() / "features"
        return
    with tempfile.TemporaryDirectory(prefix="happysad-") as folder:
        yield Path(folder)


def align_all(aligner: FaceAligner, frame: pd.DataFrame) -> Faces:
    """The faces of a frame's images, a face a row, through the store in use."""
    faces: Faces = aligner.fit_transform(frame["path"].tolist())
    return faces


def prepare(needs: Sequence[Need], work: Work) -> list[Faces]:
    """For each model the faces of all rows: each image is searched once for a kind of alignment.

    Features, those of mirrored copies included, go into the store ahead of the fits, all
    processes working on one extractor, so that no fit waits for another's features.

    Parameters
    ----------
    needs : sequence of (Pipeline, rows, rows)
        Unfitted models, each with the rows of ``work.frame`` that it is fitted on and those that
        it is asked of.
    """
    from happysad.pipeline.estimators.samplers import mirrored

    described: dict[str, tuple[Any, Faces, set[int], set[int]]] = {}
    aligners = [model.named_steps["faces"].set_params(n_jobs=work.jobs) for model, *_ in needs]
    aligned = _aligned(aligners, work)
    given = [aligned[_kind(aligner)] for aligner in aligners]
    for (model, fitted, asked), faces in zip(needs, given, strict=True):
        for extractor in extractors(model):
            space = f"{extractor.space()} {_kind(model.named_steps['faces'])}"
            known = described.setdefault(space, (extractor, faces, set(), set()))
            known[2].update(fitted, asked)
            if "mirror" in model.named_steps:
                known[3].update(fitted)
    for extractor, faces, seen, copied in described.values():
        # Whatever fails here fails in the model's own fit again, and becomes its row.
        with suppress(Exception):
            describe_ahead(extractor, faces[sorted(seen)], work.store, work.jobs)
            copies = mirrored(faces[sorted(copied)])
            describe_ahead(extractor, copies, work.store, work.jobs)
    return given


def _aligned(aligners: Sequence[FaceAligner], work: Work) -> dict[str, Faces]:
    """The faces of each kind of aligner.

    Crops, boxes and status do not depend on the predictor, so where some models want 68 points
    and others 5, the latter are given the same faces without the points.
    """
    found: dict[str, Faces] = {}
    with use_feature_cache(FeatureCache(work.store)):
        for aligner in sorted(aligners, key=lambda one: one.predictor != "68"):
            wider = found.get(_kind(aligner, predictor="68"))
            if _kind(aligner) not in found:
                found[_kind(aligner)] = (
                    replace(wider, landmarks=np.full_like(wider.landmarks, np.nan))
                    if wider is not None
                    else work.align(aligner, work.frame)
                )
    return found


def _kind(aligner: FaceAligner, **other: Any) -> str:
    """A name for an aligner's settings, or for others but for which they are the same."""
    return repr(sorted({**aligner.get_params(), **other}.items()))


def take(faces: Faces, frame: pd.DataFrame, rows: Rows) -> Sample:
    """The faces, labels and paths of some rows of the frame."""
    from happysad.pipeline.evaluation.fit_and_evaluate import Sample

    part = frame.iloc[rows]
    labels, groups = part["label"].to_numpy(str), part["group"].to_numpy(str)
    return Sample(faces[rows], labels, part["path"].tolist(), groups)


def describe_ahead(extractor: Any, faces: Faces, store: Path, jobs: int) -> None:
    """Put the features of all faces into the store, those that are not there yet."""
    import joblib

    from happysad.utils.progress import report

    missing = FeatureCache(store).missing(extractor.space(), faces.keys.tolist())
    chunks = [missing[i : i + _CHUNK] for i in range(0, len(missing), _CHUNK)]
    jobs = min(jobs, len(chunks))
    if not chunks:
        return
    work = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")
    ended = work(joblib.delayed(_describe)(extractor, faces[chunk], store) for chunk in chunks)
    done = 0
    for count in ended:
        done += count
        report(f"describing faces: {type(extractor).__name__}", done, len(missing))


def _describe(extractor: Any, faces: Faces, store: Path) -> int:
    from threadpoolctl import threadpool_limits

    with use_feature_cache(FeatureCache(store)), threadpool_limits(1):
        extractor.transform(faces)
    return len(faces)
