"""Predictions for images with a model at hand, as objects: a batch, or many with progress."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from happysad.features.faces.face_batch import Faces
from happysad.features.faces.pretrained_weights import LOWEST_SCORE
from happysad.pipeline.estimators.fitted_model import predict_p_happy
from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.prediction.prediction import FacePrediction, ImagePrediction
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageError, ImageSource
from happysad.utils.progress import report

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

CHUNK = 32
"""Images whose faces are classified together: most of what a batch saves, in little memory."""

HALF = RejectBand(0.5, 0.5)
"""Happy from 0.5 upwards, else sad; never unsure."""

Named = Sequence[tuple[str, ImageSource]]
Search = tuple[float, float | None]
"""Lowest score and smallest side of a face."""


def check_search(min_score: float | None, min_face: float | None = None) -> None:
    """UserError where one is out of the detector's range; None stands for the model's own."""
    if min_score is not None and not LOWEST_SCORE <= min_score <= 1:
        raise UserError(
            f"the lowest score of a face is a number from {LOWEST_SCORE:g} to 1, not {min_score:g}"
        )
    if min_face is not None and not 1 <= min_face < inf:
        raise UserError(f"the smallest face is a number of pixels from 1 on, not {min_face:g}")


def search_options(model: Pipeline, min_score: float | None, min_face: float | None) -> Search:
    """``min_score`` and ``min_face``, the model's own where None."""
    aligner = model.named_steps["faces"]
    return (
        aligner.min_score if min_score is None else min_score,
        aligner.min_face if min_face is None else min_face,
    )


def predict_faces(
    model: Pipeline,
    images: Iterable[ImageSource],
    *,
    crops: bool = False,
    min_score: float | None = None,
    min_face: float | None = None,
    band: RejectBand | None = None,
    names: Sequence[str] | None = None,
) -> list[ImagePrediction]:
    """A prediction per image, in order; what cannot be read is ``unreadable``, no exception.

    Options are those of ``predict_images``; without ``names``, images are named by their paths, and
    "image N" where they are bytes or arrays.
    """
    check_search(min_score, min_face)
    images = list(images)
    if names is None:
        paths = [str(image) if isinstance(image, str | Path) else "" for image in images]
        names = [path or f"image {number}" for number, path in enumerate(paths)]
    search = search_options(model, min_score, min_face)
    return _predict(model, list(zip(names, images, strict=True)), crops, search, band or HALF)


def predict_named(
    model: Pipeline,
    named: Named,
    *,
    crops: bool = False,
    min_score: float | None = None,
    min_face: float | None = None,
    band: RejectBand | None = None,
    n_jobs: int = 1,
) -> Iterator[ImagePrediction]:
    """Predictions for any number of named images, in order as they come; reports progress.

    In ``n_jobs`` threads: finding faces and most of the arithmetic let other threads run.
    """
    from joblib import Parallel, delayed

    chunks = [named[start : start + CHUNK] for start in range(0, len(named), CHUNK)]
    options = crops, search_options(model, min_score, min_face), band or HALF
    parallel = Parallel(n_jobs=n_jobs, backend="threading", return_as="generator")
    done = 0
    for predictions in parallel(delayed(_predict)(model, chunk, *options) for chunk in chunks):
        yield from predictions
        done += len(predictions)
        report("predicting", done, len(named))


def _predict(
    model: Pipeline, named: Named, crops: bool, search: Search, band: RejectBand
) -> list[ImagePrediction]:
    """Find the faces of all images and classify them together."""
    read = [_read(model, name, source, crops, search) for name, source in named]
    faces = [face for _, found in read for face in found]
    if not faces:
        return [image for image, _ in read]
    p_happy = predict_p_happy(model[1:], Faces.concatenate(faces))
    labels = band.predict(p_happy)
    predictions = iter(map(_face_prediction, faces, p_happy.tolist(), labels.tolist()))
    images = []
    for image, found in read:
        own = tuple(islice(predictions, len(found)))
        images.append(replace(image, faces=own, status=own[0].status) if own else image)
    return images


def _read(
    model: Pipeline, name: str, source: ImageSource, crops: bool, search: Search
) -> tuple[ImagePrediction, list[Faces]]:
    """Read one image and find the faces in it, not yet classified."""
    from happysad.features.faces.detector import find_faces, find_one_face, rescaled
    from happysad.utils.image_decoding import read_image, to_gray

    try:
        image = read_image(source)
    except ImageError as error:
        start, _, reason = str(error).partition(": ")  # without the name, which is known
        known = reason and start.startswith("cannot read the image")
        return ImagePrediction(name, "unreadable", reason if known else str(error)), []
    aligner, gray = model.named_steps["faces"], to_gray(image)
    seen = rescaled(gray)
    detections = [find_one_face(seen, *search)] if crops else find_faces(seen, *search)
    pixels = image if aligner.color else gray
    height, width = gray.shape
    faces = [aligner.align(pixels, detection, seen) for detection in detections]
    return ImagePrediction(name, "no_face", "", width, height), faces


def _face_prediction(face: Faces, p_happy: float, label: str) -> FacePrediction:
    status = "ok" if face.status[0] == "detected" else "full_frame"
    left, top, right, bottom = face.boxes[0].tolist()
    return FacePrediction(label, p_happy, (left, top, right, bottom), float(face.scores[0]), status)
