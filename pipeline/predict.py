"""What a model says of images and folders: a row per face, and a word where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from happysad.features.batch import Faces
from happysad.features.errors import UserError
from happysad.features.images import IMAGE_SUFFIXES, ImageError, ImageSource

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

COLUMNS = ["image", "face", "status", "label", "p_happy", "box", "reason"]

SURE_FACE = 0.0
"""dlib's own threshold: below it, a photo without a face may show one."""


def predict(
    model: Pipeline, sources: Iterable[ImageSource], *, crops: bool = False
) -> pd.DataFrame:
    """Find the faces in images and say of each whether it is happy or sad.

    Parameters
    ----------
    model : Pipeline
        A fitted model, as ``load_model`` gives it.
    sources : iterable of str, Path or array
        Image files, folders (searched with their sub-folders for image files) and uint8 arrays.
    crops : bool
        The images are tight crops of one face each: where the detector finds none, take the
        whole image for a face, as in training, in place of answering ``no_face``.

    Returns
    -------
    pandas.DataFrame
        ``image`` (path, or "array N"), ``face`` (number in the image from 0, the surest first;
        -1 without a face), ``status`` (``ok``, ``full_frame``, ``no_face`` or ``unreadable``),
        ``label`` and ``p_happy`` (empty without a face), ``box`` (left, top, right, bottom in
        pixels of the upright image), ``reason`` (why an image is unreadable).

    Raises
    ------
    UserError
        A path does not exist, or a folder holds no images.
    """
    return to_frame(answer(model, sources, crops=crops))


def answer(
    model: Pipeline, sources: Iterable[ImageSource], *, crops: bool = False
) -> list[dict[str, Any]]:
    """The rows of ``predict``, by ``COLUMNS``; without a face there is no label, p_happy and box.

    Takes and raises what ``predict`` does, and needs no pandas, whose import takes longer than
    a hundred answers.
    """
    rows: list[dict[str, Any]] = []
    found: list[Faces] = []
    for name, source in _images(sources):
        faces, status, reason = _faces_of(model, source, crops)
        found += faces
        rows += [_row(name, i, face) for i, face in enumerate(faces)]
        if not faces:
            rows.append({"image": name, "face": -1, "status": status, "reason": reason})
    if found:
        answered = [row for row in rows if row["face"] >= 0]
        p_happy = _p_happy(model, Faces.concatenate(found))
        for row, p in zip(answered, p_happy, strict=True):
            row.update(label="happy" if p >= 0.5 else "sad", p_happy=p)
    return rows


def to_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The frame of ``predict`` from the rows of ``answer``."""
    import pandas as pd

    frame = pd.DataFrame(rows, columns=pd.Index(COLUMNS))
    return frame.astype({"label": object, "p_happy": float})


def _p_happy(model: Pipeline, faces: Faces) -> list[float]:
    """p(happy) of each face."""
    column = list(model.classes_).index("happy")
    return [float(p) for p in model[1:].predict_proba(faces)[:, column]]


def _images(sources: Iterable[ImageSource]) -> Iterator[tuple[str, ImageSource]]:
    """Name and source of each image, folders opened, in a fixed order."""
    for number, source in enumerate(sources):
        if isinstance(source, np.ndarray):
            yield f"array {number}", source
            continue
        path = Path(source)
        if not path.exists():
            raise UserError(f"there is no image or folder {path}")
        if path.is_dir():
            yield from ((str(image), image) for image in _images_below(path))
        else:
            yield str(path), path


def _images_below(folder: Path) -> list[Path]:
    images = sorted(p for p in folder.rglob("*") if p.suffix.lower() in IMAGE_SUFFIXES)
    if not images:
        kinds = ", ".join(sorted(IMAGE_SUFFIXES))
        raise UserError(f"the folder {folder} holds no images ({kinds})")
    return images


def _faces_of(model: Pipeline, source: ImageSource, crops: bool) -> tuple[list[Faces], str, str]:
    """The faces of one image; or none, the status and the reason."""
    from happysad.features.detect import find_faces, full_frame, rescaled
    from happysad.features.images import read_image, to_gray

    try:
        image = read_image(source)
    except ImageError as error:
        return [], "unreadable", str(error).removeprefix(f"cannot read the image {source}: ")
    aligner, gray = model.named_steps["faces"], to_gray(image)
    seen = rescaled(gray)
    detections = find_faces(seen, aligner.threshold if crops else SURE_FACE)
    if crops:
        detections = detections[:1] or [full_frame(gray)]
    pixels = image if aligner.color else gray
    return [aligner.align(pixels, one, seen) for one in detections], "no_face", ""


def _row(name: str, number: int, face: Faces) -> dict[str, Any]:
    status = "ok" if face.status[0] == "detected" else str(face.status[0])
    box = tuple(int(v) for v in face.boxes[0])
    return {"image": name, "face": number, "status": status, "box": box, "reason": ""}
