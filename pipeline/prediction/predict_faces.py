"""The faces of images and what a model says of them, for those who have the model at hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from happysad.features.faces.face_batch import Faces
from happysad.features.faces.pretrained_weights import LOWEST_SCORE
from happysad.pipeline.prediction.prediction import FacePrediction, ImagePrediction
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageError, ImageSource
from happysad.utils.progress import report

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from happysad.pipeline.evaluation.abstention import RejectBand

CHUNK = 32
"""Images whose faces are decided together: most of what a batch saves, in little memory."""


def check_min_score(min_score: float | None) -> None:
    """UserError where a lowest score is none; without (None), it is the model's own."""
    if min_score is not None and not LOWEST_SCORE <= min_score <= 1:
        raise UserError(
            f"the lowest score of a face is a number from {LOWEST_SCORE:g} to 1, not {min_score:g}"
        )


def predict_faces(
    model: Pipeline,
    images: Iterable[ImageSource],
    *,
    crops: bool = False,
    min_score: float | None = None,
    band: RejectBand | None = None,
    names: Sequence[str] | None = None,
) -> list[ImagePrediction]:
    """One answer per image, in order; what cannot be read is ``unreadable``, no exception.

    Parameters
    ----------
    images : iterable of str, Path, bytes or array
        No folders.
    crops : bool
        They are tight crops of one face each: where none is found, the whole image is read.
    min_score : float, optional
        Lowest score of the detector that counts as a face, from 0.1 to 1; without, the model's.
    band : RejectBand, optional
        Where to say "unsure"; without, happy from 0.5 upwards and else sad.
    names : sequence of str, optional
        Their names; without, the paths, and "image N" for bytes and arrays.

    Raises
    ------
    UserError
        ``min_score`` is out of its range.
    """
    check_min_score(min_score)
    given = list(images)
    if names is None:
        names = [str(x) if isinstance(x, str | Path) else f"image {i}" for i, x in enumerate(given)]
    return _answers(model, list(zip(names, given, strict=True)), crops, min_score, band)


def predict_named(
    model: Pipeline,
    named: Sequence[tuple[str, ImageSource]],
    *,
    crops: bool = False,
    min_score: float | None = None,
    band: RejectBand | None = None,
    n_jobs: int = 1,
) -> Iterator[ImagePrediction]:
    """The answers as they come, in order, for any number of images; tells its progress.

    ``n_jobs`` threads; finding faces and most of the arithmetic let other threads run.
    """
    check_min_score(min_score)
    chunks = [named[start : start + CHUNK] for start in range(0, len(named), CHUNK)]
    done = 0
    for answers in _each(chunks, n_jobs, model, crops, min_score, band):
        yield from answers
        done += len(answers)
        report("answering", done, len(named))


def predict_p_happy(model: Pipeline, faces: Faces) -> NDArray[np.float64]:
    """p(happy) of each of ``n`` faces, (n,)."""
    column = list(model.classes_).index("happy")
    return np.asarray(model[1:].predict_proba(faces)[:, column], np.float64)


def _each(
    chunks: list[Sequence[tuple[str, ImageSource]]], n_jobs: int, model: Pipeline, *rest: Any
) -> Iterator[list[ImagePrediction]]:
    if n_jobs == 1 or len(chunks) < 2:
        return (_answers(model, chunk, *rest) for chunk in chunks)
    from joblib import Parallel, delayed

    work = Parallel(n_jobs=n_jobs, backend="threading", return_as="generator")
    answers: Iterator[list[ImagePrediction]] = work(
        delayed(_answers)(model, chunk, *rest) for chunk in chunks
    )
    return answers


class _Seen(NamedTuple):
    """An image, as far as it is known before its faces are decided."""

    answer: ImagePrediction
    faces: list[Faces]


def _answers(
    model: Pipeline,
    named: Sequence[tuple[str, ImageSource]],
    crops: bool,
    min_score: float | None,
    band: RejectBand | None,
) -> list[ImagePrediction]:
    seen = [_see(model, name, source, crops, min_score) for name, source in named]
    faces = [face for one in seen for face in one.faces]
    if not faces:
        return [one.answer for one in seen]
    p = predict_p_happy(model, Faces.concatenate(faces))
    labels = band.answer(p) if band else np.where(p >= 0.5, "happy", "sad")
    decided = iter(
        _face_answer(face, float(one), str(label))
        for face, one, label in zip(faces, p, labels, strict=True)
    )
    return [_with_faces(one.answer, tuple(next(decided) for _ in one.faces)) for one in seen]


def _see(
    model: Pipeline, name: str, source: ImageSource, crops: bool, min_score: float | None
) -> _Seen:
    """Read one image and find the faces in it."""
    from happysad.features.faces.detector import find_faces, find_one_face, rescaled
    from happysad.utils.image_decoding import read_image, to_gray

    try:
        image = read_image(source)
    except ImageError as error:
        return _Seen(ImagePrediction(name, "unreadable", _reason(str(error))), [])
    aligner, gray = model.named_steps["faces"], to_gray(image)
    seen = rescaled(gray)
    least = aligner.min_score if min_score is None else min_score
    detections = [find_one_face(seen, least)] if crops else find_faces(seen, least)
    pixels = image if aligner.color else gray
    faces = [aligner.align(pixels, one, seen) for one in detections]
    height, width = gray.shape
    return _Seen(ImagePrediction(name, "no_face", "", width, height), faces)


def _reason(sentence: str) -> str:
    """Without the name, which stands beside it already."""
    start, colon, rest = sentence.partition(": ")
    return rest if colon and start.startswith("cannot read the image") else sentence


def _face_answer(face: Faces, p: float, label: str) -> FacePrediction:
    status = "ok" if face.status[0] == "detected" else "full_frame"
    left, top, right, bottom = map(int, face.boxes[0])
    return FacePrediction(label, p, (left, top, right, bottom), float(face.scores[0]), status)


def _with_faces(answer: ImagePrediction, faces: tuple[FacePrediction, ...]) -> ImagePrediction:
    if not faces:
        return answer
    return ImagePrediction(answer.image, faces[0].status, "", answer.width, answer.height, faces)
