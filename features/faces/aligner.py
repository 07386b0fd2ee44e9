"""``FaceAligner``: from images to upright crops with landmarks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils._param_validation import Interval, StrOptions

from happysad.features.faces.align import eye_centers, eye_line_transform, transform_points, warp
from happysad.features.faces.box_refinement import refined
from happysad.features.faces.detector import (
    MIN_SCORE,
    Detection,
    Predictor,
    Rescaled,
    find_landmarks,
    find_one_face,
    full_frame,
    rescaled,
)
from happysad.features.faces.face_batch import N_LANDMARKS, Faces, crop_shape
from happysad.utils.feature_cache import active_feature_cache, through_feature_cache
from happysad.utils.image_decoding import (
    ImageError,
    ImageSource,
    check_list,
    image_digest,
    read_image,
    to_gray,
)
from happysad.utils.progress import report

_CHUNK = 256  # images between two reports of progress, and two writes to the store


class FaceAligner(  # type: ignore[call-arg]  # sklearn is untyped
    TransformerMixin,  # type: ignore[misc]
    BaseEstimator,  # type: ignore[misc]
    auto_wrap_output_keys=None,
):
    """Find the face in each image, turn it upright and cut it out.

    YuNet finds the face, dlib's 5-point landmark predictor its eyes, and a similarity transform
    brings their centres to fixed places. The corners of the eyes that 5 points give served better
    than the outlines that 68 give (by cross-validation on FER2013's training part).
    Where several faces are found, the one with the highest score is taken; where none is, the
    whole image is taken for a face, its landmarks say where in it (see ``refined``), and the
    status says ``full_frame``. No image is ever dropped.

    Parameters
    ----------
    size : int
        Side of the crops in pixels.
    predictor : {"68", "5"}
        "68" also gives the 68 landmarks, by weights that were trained on iBUG 300-W, whose terms
        exclude commercial use. "5" is free of that: the same crops, and landmarks are NaN.
    min_score : float
        Lowest detector score that counts as a face, from 0.1 to 1.
    on_error : {"raise", "mark"}
        What to do with an image that cannot be read: raise ImageError, or go on with a blank
        crop of status ``unreadable``.
    n_jobs : int or None
        Processes to work in, as in joblib.
    color : bool
        Cut the crops out of the colour image: (n, S, S, 3) RGB, a grey image repeated three
        times. Only the CNN takes them. Where the face is does not depend on it.
    detector : bool
        Look for faces; False: take every image for a tight crop of one.

    Raises
    ------
    sklearn.utils._param_validation.InvalidParameterError
        A ValueError, by ``fit`` and ``transform``: a parameter has a value that it cannot have.

    Examples
    --------
    >>> from happysad.features import FaceAligner
    >>> from skimage.data import astronaut
    >>> faces = FaceAligner().transform([astronaut()])
    >>> faces.crops.shape, faces.status.tolist()
    ((1, 96, 96), ['detected'])
    """

    version = 4  # part of the cache's key: raise it when the output changes

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "size": [Interval(Integral, 16, None, closed="left")],
        "predictor": [StrOptions({"68", "5"})],
        "min_score": [Interval(Real, 0, 1, closed="both")],
        "on_error": [StrOptions({"raise", "mark"})],
        "n_jobs": [Integral, None],
        "color": ["boolean"],
        "detector": ["boolean"],
    }

    def __init__(
        self,
        size: int = 96,
        predictor: Predictor = "68",
        min_score: float = MIN_SCORE,
        on_error: Literal["raise", "mark"] = "raise",
        n_jobs: int | None = None,
        color: bool = False,
        detector: bool = True,
    ) -> None:
        self.size = size
        self.predictor = predictor
        self.min_score = min_score
        self.on_error = on_error
        self.n_jobs = n_jobs
        self.color = color
        self.detector = detector

    def fit(self, X: Sequence[ImageSource], y: Any = None) -> FaceAligner:
        """Learn nothing; all weights are pre-trained."""
        self._validate_params()
        return self

    def transform(self, X: Sequence[ImageSource] | NDArray[Any]) -> Faces:
        """Faces of ``n`` images, each a path or a uint8 array as ``read_image`` takes it.

        Raises
        ------
        ImageError
            An image cannot be read and ``on_error`` is "raise", or one image is given bare.
        """
        self._validate_params()
        check_list(X)
        images, parts = list(X), [Faces.empty(self.size, self.color)]
        for start in range(0, len(images), _CHUNK):
            parts.append(self._stored(images[start : start + _CHUNK]))
            report("finding faces", min(start + _CHUNK, len(images)), len(images))
        return Faces.concatenate(parts)

    def align(
        self, image: NDArray[np.uint8], detection: Detection, seen: Rescaled | None = None
    ) -> Faces:
        """One face, whose box is known, of a (H, W) or (H, W, 3) image, as a batch of one.

        ``seen`` is ``rescaled`` of the grey image, where it is there already.
        """
        seen = rescaled(to_gray(image)) if seen is None else seen
        found, box = detection.found, detection.box
        if not found:
            detection = refined(seen, detection)
        corners = find_landmarks(seen, detection, "5")
        matrix = eye_line_transform(eye_centers(corners), self.size)
        landmarks = np.full((N_LANDMARKS, 2), np.nan, np.float32)
        if self.predictor == "68":
            landmarks = transform_points(find_landmarks(seen, detection, "68"), matrix)
        return Faces(
            self._crop(image if self.color else to_gray(image), matrix)[None],
            landmarks[None],
            np.array([box]).round().astype(np.int32),
            np.array([detection.score], np.float32),
            np.array(["detected" if found else "full_frame"], "<U10"),
            np.array([""], "<U64"),
        )

    def _crop(self, image: NDArray[np.uint8], matrix: NDArray[np.float64]) -> NDArray[np.uint8]:
        crop = warp(image, matrix, self.size)
        return np.repeat(crop[..., None], 3, axis=2) if self.color and crop.ndim == 2 else crop

    def __sklearn_is_fitted__(self) -> bool:
        return True  # so that a Pipeline that ends here transforms without fit

    def set_output(self, *, transform: str | None = None) -> FaceAligner:
        """Nothing to set: ``Faces`` are no table, whatever the steps after them give."""
        return self

    def _stored(self, images: list[ImageSource]) -> Faces:
        if active_feature_cache() is None:
            return Faces.concatenate(self._computed(images))
        keys = [self._key(image) for image in images]
        blobs = through_feature_cache(
            f"faces-v{self.version}-{self.size}-{self.predictor}-{self.min_score}"
            + ("-color" if self.color else "")
            + ("" if self.detector else "-crops"),
            keys,
            lambda missing: [_pack(face) for face in self._computed([images[i] for i in missing])],
        )
        shape = crop_shape(self.size, self.color)
        return Faces.concatenate(
            [_unpack(blob, shape, key) for blob, key in zip(blobs, keys, strict=True)]
        )

    def _key(self, image: ImageSource) -> str:
        """What the crop follows from: the same for both predictors, and so are its features."""
        try:
            text = f"{self.version} {self.size} {self.min_score} {image_digest(image)}"
        except ImageError:
            return ""  # never stored; reading it says what is wrong
        text += (" color" if self.color else "") + ("" if self.detector else " crops")
        return hashlib.sha256(text.encode()).hexdigest()

    def _computed(self, images: list[ImageSource]) -> list[Faces]:
        if self.n_jobs in (None, 1) or len(images) < 8:
            return [self._one(image) for image in images]
        from joblib import Parallel, delayed

        faces: list[Faces] = Parallel(n_jobs=self.n_jobs, batch_size=16)(
            delayed(self._one)(image) for image in images
        )
        return faces

    def _one(self, image: ImageSource) -> Faces:
        try:
            pixels = read_image(image)
        except ImageError:
            if self.on_error == "raise":
                raise
            return Faces.unreadable(self.size, self.color)
        gray = to_gray(pixels)
        seen = rescaled(gray)
        face = find_one_face(seen, self.min_score) if self.detector else full_frame(gray)
        return self.align(pixels if self.color else gray, face, seen)


def _pack(face: Faces) -> bytes:
    """One face as bytes: crop, landmarks, box, score, and whether it was found."""
    if face.status[0] == "unreadable":
        return b""
    found = (face.status == "detected").view(np.uint8)
    parts = (face.crops, face.landmarks, face.boxes, face.scores, found)
    return b"".join(np.ascontiguousarray(part).tobytes() for part in parts)


def _unpack(blob: bytes, shape: tuple[int, ...], key: str) -> Faces:
    if not blob:
        return Faces.unreadable(shape[0], len(shape) == 3)
    rest = [("f4", (1, N_LANDMARKS, 2)), ("i4", (1, 4)), ("f4", (1,)), ("u1", (1,))]
    shapes = [("u1", (1, *shape)), *rest]
    parts, start = [], 0
    for dtype, shape in shapes:
        count = int(np.prod(shape))
        parts.append(np.frombuffer(blob, dtype, count, start).reshape(shape))
        start += count * np.dtype(dtype).itemsize
    crops, landmarks, boxes, scores, found = parts
    status = "detected" if found[0] else "full_frame"
    return Faces(
        crops, landmarks, boxes, scores, np.array([status], "<U10"), np.array([key], "<U64")
    )
