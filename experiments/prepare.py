"""What all models of a run share: the faces, and the features in the store."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.features.store import FeatureStore, cache_dir, use_store

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

    from happysad.features.batch import Faces
    from happysad.pipeline.trial import Sample

_CHUNK = 256  # faces given to a process at once


@contextmanager
def store_folder(use_cache: bool = True) -> Iterator[Path]:
    """The folder of the user's cache, or one that is gone after the block."""
    if use_cache:
        yield cache_dir() / "features"
        return
    with tempfile.TemporaryDirectory(prefix="happysad-") as folder:
        yield Path(folder)


def prepare(
    models: dict[str, Pipeline], frame: pd.DataFrame, store: Path, jobs: int
) -> dict[str, dict[str, Sample]]:
    """The parts of the data for each model: faces found once for each kind of alignment.

    Features go into the store ahead of the fits, all processes working on one extractor, so
    that no fit waits for another's features.

    Parameters
    ----------
    models : dict of name to Pipeline
        As ``make_model`` gives them.
    frame : pandas.DataFrame
        Of a ``DataSet``.
    """
    aligned: dict[str, Faces] = {}
    parts = {}
    for name, model in models.items():
        aligner = model.named_steps["faces"].set_params(n_jobs=jobs)
        if aligner.predictor not in aligned:
            with use_store(FeatureStore(store)):
                aligned[aligner.predictor] = aligner.fit_transform(frame["path"].tolist())
        faces = aligned[aligner.predictor]
        for extractor in extractors(model):
            # Whatever fails here fails in the model's own fit again, and becomes its row.
            with suppress(Exception):
                describe_ahead(extractor, faces, store, jobs)
        parts[name] = _parts(frame, faces)
    return parts


def extractors(model: Any) -> list[Any]:
    """The feature extractors among a model's steps, however deep."""
    from happysad.features.base import FaceFeature

    return [v for v in model.get_params(deep=True).values() if isinstance(v, FaceFeature)]


def describe_ahead(extractor: Any, faces: Faces, store: Path, jobs: int) -> None:
    """Put the features of all faces into the store, those that are not there yet."""
    import joblib

    from happysad.features.progress import report

    missing = FeatureStore(store).missing(extractor.space(), faces.keys.tolist())
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

    with use_store(FeatureStore(store)), threadpool_limits(1):
        extractor.transform(faces)
    return len(faces)


def _parts(frame: pd.DataFrame, faces: Faces) -> dict[str, Sample]:
    from happysad.pipeline.trial import Sample

    parts = {}
    for split, part in frame.groupby("split", sort=False):
        rows = part.index.to_numpy()
        labels, paths = part["label"].to_numpy(str), part["path"].tolist()
        parts[str(split)] = Sample(faces[rows], labels, paths)
    return parts
