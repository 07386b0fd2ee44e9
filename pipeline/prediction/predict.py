"""``predict_images``: images, files, folders and patterns to a frame of predictions."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from happysad.pipeline.prediction.model_names import find_model
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

    from happysad.utils.image_decoding import ImageSource

MODEL_SUFFIXES = (".joblib", ".onnx")


def load_any(model: str | Path) -> Pipeline:
    """The model of a shipped name, a joblib file or an ONNX file (by its suffix).

    Raises
    ------
    UserError
        As ``load_model`` and ``load_onnx``.

    Examples
    --------
    >>> list(load_any("texture-svm").named_steps)
    ['faces', 'augment', 'features', 'classifier']
    """
    path = find_model(model)
    if path.suffix == ".onnx":
        from happysad.pipeline.cnn.onnx_cnn import load_onnx

        return load_onnx(path)
    from happysad.pipeline.model_files.model_file import load_model

    return load_model(model)


def predict_images(
    sources: Iterable[ImageSource],
    model: Pipeline | str | Path = "stack",
    *,
    crops: bool = False,
    min_score: float | None = None,
    min_face: float | None = None,
    max_error: float | None = None,
    always_answer: bool = False,
    n_jobs: int = 1,
) -> pd.DataFrame:
    """Find the faces in images and predict for each whether it is happy or sad.

    Parameters
    ----------
    sources : iterable of str, Path, bytes or array
        Image files, folders (searched with their sub-folders), patterns such as
        "holiday/*.jpg", the bytes of image files, and (H, W) or (H, W, 3) RGB uint8 arrays.
    model : Pipeline, str or Path
        "stack", "texture-svm" and "cnn-pretrained" are shipped with the package; else a model file,
        or a model as ``load_model`` gives it, which spares loading it anew each time.
    crops : bool
        The images are tight crops of one face each: where the detector finds none, take the
        whole image for a face, as in training, in place of status ``no_face``.
    min_score : float, optional
        Lowest score of the detector, from 0.1 to 1, that counts as a face; without, the model's
        own, which is 0.6. Less finds more faces, and more that are none.
    min_face : float, optional
        Pixels of the smallest face to look for; without, the model's own, which is 50 or 1/29 of
        the image's longer side. Less finds smaller faces and takes longer, see ``find_faces``.
    max_error : float, optional
        Such as 0.05: label so many faces "unsure" that at most this share of the other labels
        should be wrong, by the thresholds on the model's card. The model must be named then.
        Without it those of the card's default are taken, by which many of the faces that are
        neither happy nor sad are unsure; every face is answered where the card has none, and by a
        model that is given as an object.
    always_answer : bool
        Label every face happy or sad.
    n_jobs : int
        Threads to work in; -1 for one per core.

    Returns
    -------
    pandas.DataFrame
        A row per face: ``image`` (path, or "image N" by its place), ``face`` (number in the
        image from 0, the most confident first; -1 without a face), ``status`` (``ok``,
        ``full_frame``, ``no_face`` or ``unreadable``), ``label`` (``happy``, ``sad`` or
        ``unsure``), ``p_happy``, ``left``, ``top``, ``right``, ``bottom`` (the box in pixels of
        the upright image; all empty without a face), ``score`` (the detector's, from 0 to 1),
        ``reason`` (why an image is unreadable).

    Raises
    ------
    UserError
        A path does not exist, a folder holds no images, there is no such model, its card
        has no thresholds for ``max_error``, ``max_error`` and ``always_answer`` are both given, or
        ``min_score`` or ``min_face`` is out of its range.

    Warns
    -----
    UserWarning
        A folder holds files that are no images; they are named.

    Examples
    --------
    >>> from skimage.data import astronaut
    >>> predict_images([astronaut()])[["image", "face", "status", "label"]]
         image  face status  label
    0  image 0     0     ok  happy
    """
    from happysad.pipeline.estimators.fitted_model import check_model
    from happysad.pipeline.model_files.card_thresholds import model_reject_band
    from happysad.pipeline.prediction.image_sources import named_images
    from happysad.pipeline.prediction.predict_faces import check_search, predict_named
    from happysad.pipeline.prediction.prediction import to_frame

    if max_error is not None and not isinstance(model, str | Path):
        raise UserError(
            "the thresholds for max_error are on the model's card: name the model or its file"
        )
    check_search(min_score, min_face)
    if not isinstance(n_jobs, int) or n_jobs == 0:
        raise UserError(f"n_jobs is a number of threads, or -1 for one per core, not {n_jobs!r}")
    band = None
    if isinstance(model, str | Path):
        find_model(model)
        band = model_reject_band(model, max_error, always_answer)
    left_out: list[str] = []
    named = list(named_images(sources, left_out.append))
    for line in left_out:
        warnings.warn(line, stacklevel=2)
    loaded = load_any(model) if isinstance(model, str | Path) else model
    check_model(loaded)
    search = {"min_score": min_score, "min_face": min_face}
    return to_frame(predict_named(loaded, named, crops=crops, **search, band=band, n_jobs=n_jobs))
