"""Why a model calls a face happy or sad: a map of the face, and features with names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from happysad.features.embedding import Embedding
from happysad.features.faces.align import eye_centers, eye_line_transform, transform_points
from happysad.features.faces.face_batch import Faces
from happysad.pipeline.estimators.face_model import default_settings
from happysad.pipeline.estimators.feature_blocks import feature_blocks
from happysad.pipeline.estimators.fitted_model import check_model, predict_p_happy
from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.explain.attribution_maps import linear_terms, occlusion_map, resample
from happysad.pipeline.explain.feature_names import COLUMNS, named_features, typical_shape
from happysad.pipeline.prediction.predict_faces import HALF, Search, check_search, search_options
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageSource, read_image, to_gray

if TYPE_CHECKING:
    import pandas as pd

    from happysad.features.faces.detector import Detection


@dataclass(frozen=True, eq=False)
class Explanation:
    """What a model takes from one face, and what of it speaks for happy.

    By method "exact", the map's sum and ``intercept`` are the log-odds of happy; "occlusion" is
    ``occlusion_map``; "none" is a model that does not look at the face: no map, no features.
    """

    p_happy: float
    label: str
    crop: NDArray[np.uint8]  # (S, S) or (S, S, 3): the aligned face, all that the model is given
    landmarks: NDArray[np.float32]  # in the crop: the model's 68, or the 5 that aligned the face
    box: tuple[int, int, int, int]  # left, top, right, bottom in pixels of the upright photo
    map: NDArray[np.float64]  # (S, S): what each pixel adds to the log-odds of happy
    features: pd.DataFrame  # see ``named_features``
    method: str
    intercept: float  # log-odds of a face that is typical all over; NaN unless "exact"
    found: bool = True  # False: none was found in a tight crop, the whole image taken for one


def explain(
    model: Pipeline,
    image: ImageSource,
    face: int = 0,
    crops: bool = False,
    min_score: float | None = None,
    min_face: float | None = None,
    band: RejectBand | None = None,
) -> Explanation:
    """What in a face speaks for happy and what for sad.

    Parameters
    ----------
    model : Pipeline
        Fitted, as ``load_model`` gives it.
    image : str, Path, bytes, array or PIL image
        A photo.
    face : int
        Which of its faces, numbered from 0, the most confident first, as ``predict`` does.
    crops : bool
        The image is a tight crop of one face: where the detector finds none, take all of it.
    min_score : float, optional
        Lowest score of the detector, from 0.1 to 1, that counts as a face; without, the model's.
    min_face : float, optional
        Pixels of the smallest face to look for; without, the model's.
    band : RejectBand, optional
        Where its label is "unsure"; without, happy from 0.5 upwards.

    Returns
    -------
    Explanation
        Its label, p(happy), map of the crop, named features and where the face is.

    Raises
    ------
    UserError
        The image cannot be read, or has no face of that number; ``min_score`` or ``min_face`` is
        out of its range; it is no model (see ``check_model``).

    Examples
    --------
    >>> from happysad.pipeline import make_model
    >>> from happysad.pipeline.demo.demo_faces import make_demo_faces
    >>> from skimage.data import astronaut
    >>> images, labels = make_demo_faces(40, random_state=0)
    >>> model = make_model("pixels-logreg", random_state=0).fit(list(images), labels)
    >>> explanation = explain(model, astronaut())
    >>> explanation.method, explanation.map.shape
    ('exact', (96, 96))
    """
    import pandas as pd

    check_model(model)
    check_search(min_score, min_face)
    pixels = read_image(image)
    gray = to_gray(pixels)
    aligner = model.named_steps["faces"]
    search = search_options(model, min_score, min_face)
    found = _detection(gray, search, image, face, crops)
    one: Faces = aligner.align(pixels if aligner.color else gray, found)
    features = pd.DataFrame(columns=pd.Index(COLUMNS))
    with default_settings():
        heat, intercept, method = _map(model, one)
        if method != "none":
            features = named_features(model, one)
    left, top, right, bottom = (int(v) for v in one.boxes[0])
    p_happy = float(predict_p_happy(model[1:], one)[0])
    return Explanation(
        p_happy=p_happy,
        label=str((band or HALF).predict(p_happy)),
        crop=one.crops[0],
        landmarks=_points(gray, found, one),
        box=(left, top, right, bottom),
        map=heat,
        features=features,
        method=method,
        intercept=intercept,
        found=found.found,
    )


def _detection(
    gray: NDArray[np.uint8], search: Search, image: ImageSource, face: int, crops: bool
) -> Detection:
    from happysad.features.faces.detector import find_faces, find_one_face

    found = [find_one_face(gray, *search)] if crops else find_faces(gray, *search)
    name = str(image) if isinstance(image, str | Path) else "the image"
    if not found:
        raise UserError(
            f"no face found in {name}: if it is a tight crop of a face, add --crops "
            "(in Python crops=True)"
        )
    if not 0 <= face < len(found):
        there = "is 1 face" if len(found) == 1 else f"are {len(found)} faces"
        raise UserError(f"there is no face {face} in {name}: there {there}, numbered from 0")
    return found[face]


def _map(model: Pipeline, face: Faces) -> tuple[NDArray[np.float64], float, str]:
    if type(model[-1]).__name__ == "DummyClassifier":
        return np.zeros((face.size, face.size)), float("nan"), "none"
    linear = linear_terms(model, face)
    if linear is not None:
        return resample(linear[0], face.size), linear[1], "exact"
    # The network takes a tenth of a second a face: 49 patches in place of 507.
    slow = any(isinstance(block.extractor, Embedding) for block in feature_blocks(model))
    options: dict[str, Any] = {"patches": (1 / 4,), "steps": 6} if slow else {}
    heat = occlusion_map(model, face, typical_shape(model), **options)
    return heat, float("nan"), "occlusion"


def _points(gray: NDArray[np.uint8], found: Detection, face: Faces) -> NDArray[np.float32]:
    if not np.isnan(face.landmarks).any():
        return np.asarray(face.landmarks[0])
    from happysad.features.faces.detector import find_landmarks

    corners = find_landmarks(gray, found, "5")
    matrix = eye_line_transform(eye_centers(corners), face.size)
    return np.asarray(transform_points(corners, matrix))
