"""What a model says of images: the faces found in each, happy or sad, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from happysad.features.batch import Faces
from happysad.features.errors import UserError
from happysad.features.images import ImageError, ImageSource
from happysad.features.progress import report
from happysad.pipeline.image_answer import FaceAnswer, ImageAnswer, to_frame
from happysad.pipeline.image_sources import named_images

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

    from happysad.pipeline.unsure import Band

SURE_FACE = 0.0
"""dlib's own threshold: below it, a photo without a face may show one."""

CHUNK = 32
"""Images whose faces are decided together: most of what a batch saves, in little memory."""


def predict_images(
    sources: Iterable[ImageSource],
    model: Pipeline | str | Path = "fusion",
    *,
    crops: bool = False,
    max_error: float | None = None,
    n_jobs: int = 1,
) -> pd.DataFrame:
    """Find the faces in images and say of each whether it is happy or sad.

    Parameters
    ----------
    sources : iterable of str, Path, bytes or array
        Image files, folders (searched with their sub-folders), patterns such as
        "holiday/*.jpg", the bytes of image files, and (H, W) or (H, W, 3) RGB uint8 arrays.
    model : Pipeline, str or Path
        "fusion" and "landmark-free" come with the package; else a model file, or a model as
        ``load_model`` gives it, which spares loading it anew each time.
    crops : bool
        The images are tight crops of one face each: where the detector finds none, take the
        whole image for a face, as in training, in place of answering ``no_face``.
    max_error : float, optional
        Such as 0.05: say "unsure" so often that at most this share of the other answers should
        be wrong, by the thresholds on the model's card. The model must be named then.
    n_jobs : int
        Threads to work in; -1 for one per core.

    Returns
    -------
    pandas.DataFrame
        A row per face: ``image`` (path, or "image N" by its place), ``face`` (number in the
        image from 0, the surest first; -1 without a face), ``status`` (``ok``, ``full_frame``,
        ``no_face`` or ``unreadable``), ``label`` (``happy``, ``sad`` or ``unsure``), ``p_happy``,
        ``left``, ``top``, ``right``, ``bottom`` (the box in pixels of the upright image; all
        empty without a face), ``reason`` (why an image is unreadable).

    Raises
    ------
    UserError
        A path does not exist, a folder holds no images, there is no such model, or its card
        has no thresholds for ``max_error``.
    """
    from happysad.pipeline.any_model import load_any

    band = _band_of(model, max_error)
    named = list(named_images(sources))
    loaded = load_any(model) if isinstance(model, str | Path) else model
    return to_frame(answer_named(loaded, named, crops=crops, band=band, n_jobs=n_jobs))


def answer_images(
    model: Pipeline,
    images: Iterable[ImageSource],
    *,
    crops: bool = False,
    band: Band | None = None,
    names: Sequence[str] | None = None,
) -> list[ImageAnswer]:
    """One answer per image, in order; what cannot be read is ``unreadable``, no exception.

    Parameters
    ----------
    images : iterable of str, Path, bytes or array
        No folders.
    band : Band, optional
        Where to say "unsure"; without, happy from 0.5 upwards and else sad.
    names : sequence of str, optional
        Their names; without, the paths, and "image N" for bytes and arrays.
    """
    given = list(images)
    if names is None:
        names = [str(x) if isinstance(x, str | Path) else f"image {i}" for i, x in enumerate(given)]
    return _answers(model, list(zip(names, given, strict=True)), crops, band)


def answer_named(
    model: Pipeline,
    named: Sequence[tuple[str, ImageSource]],
    *,
    crops: bool = False,
    band: Band | None = None,
    n_jobs: int = 1,
) -> Iterator[ImageAnswer]:
    """The answers as they come, in order, for any number of images; tells its progress.

    ``n_jobs`` threads; finding faces and most of the arithmetic let other threads run.
    """
    chunks = [named[start : start + CHUNK] for start in range(0, len(named), CHUNK)]
    done = 0
    for answers in _each(chunks, model, crops, band, n_jobs):
        yield from answers
        done += len(answers)
        report("answering", done, len(named))


def p_happy_of(model: Pipeline, faces: Faces) -> NDArray[np.float64]:
    """p(happy) of each of ``n`` faces, (n,)."""
    column = list(model.classes_).index("happy")
    return np.asarray(model[1:].predict_proba(faces)[:, column], np.float64)


def _each(
    chunks: list[Sequence[tuple[str, ImageSource]]], model: Pipeline, *rest: Any
) -> Iterator[list[ImageAnswer]]:
    crops, band, n_jobs = rest
    if n_jobs == 1 or len(chunks) < 2:
        return (_answers(model, chunk, crops, band) for chunk in chunks)
    from joblib import Parallel, delayed

    work = Parallel(n_jobs=n_jobs, backend="threading", return_as="generator")
    answers: Iterator[list[ImageAnswer]] = work(
        delayed(_answers)(model, chunk, crops, band) for chunk in chunks
    )
    return answers


def _band_of(model: Pipeline | str | Path, max_error: float | None) -> Band | None:
    if max_error is None:
        return None
    if not isinstance(model, str | Path):
        raise UserError(
            "the thresholds for max_error are on the model's card: name the model or its file"
        )
    from happysad.pipeline.bands import card_band
    from happysad.pipeline.model_card import read_card

    return card_band(read_card(model), max_error)


class _Seen(NamedTuple):
    """An image, as far as it is known before its faces are decided."""

    answer: ImageAnswer
    faces: list[Faces]


def _answers(
    model: Pipeline,
    named: Sequence[tuple[str, ImageSource]],
    crops: bool,
    band: Band | None,
) -> list[ImageAnswer]:
    seen = [_see(model, name, source, crops) for name, source in named]
    faces = [face for one in seen for face in one.faces]
    if not faces:
        return [one.answer for one in seen]
    p = p_happy_of(model, Faces.concatenate(faces))
    labels = band.answer(p) if band else np.where(p >= 0.5, "happy", "sad")
    decided = iter(
        _face_answer(face, float(one), str(label))
        for face, one, label in zip(faces, p, labels, strict=True)
    )
    return [_with_faces(one.answer, tuple(next(decided) for _ in one.faces)) for one in seen]


def _see(model: Pipeline, name: str, source: ImageSource, crops: bool) -> _Seen:
    """Read one image and find the faces in it."""
    from happysad.features.detect import find_faces, full_frame, rescaled
    from happysad.features.images import read_image, to_gray

    try:
        image = read_image(source)
    except ImageError as error:
        return _Seen(ImageAnswer(name, "unreadable", _reason(str(error))), [])
    aligner, gray = model.named_steps["faces"], to_gray(image)
    seen = rescaled(gray)
    detections = find_faces(seen, aligner.threshold if crops else SURE_FACE)
    if crops:
        detections = detections[:1] or [full_frame(gray)]
    pixels = image if aligner.color else gray
    faces = [aligner.align(pixels, one, seen) for one in detections]
    height, width = gray.shape
    return _Seen(ImageAnswer(name, "no_face", "", width, height), faces)


def _reason(sentence: str) -> str:
    """Without the name, which stands beside it already."""
    start, colon, rest = sentence.partition(": ")
    return rest if colon and start.startswith("cannot read the image") else sentence


def _face_answer(face: Faces, p: float, label: str) -> FaceAnswer:
    found = bool(face.status[0] == "detected")
    left, top, right, bottom = map(int, face.boxes[0])
    score = float(face.scores[0]) if found else None
    box = (left, top, right, bottom)
    return FaceAnswer(label, p, box, "ok" if found else "full_frame", score)


def _with_faces(answer: ImageAnswer, faces: tuple[FaceAnswer, ...]) -> ImageAnswer:
    if not faces:
        return answer
    return ImageAnswer(answer.image, faces[0].status, "", answer.width, answer.height, faces)
