"""``FaceAligner``: from images to upright face crops with landmarks."""

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
from happysad.features.faces.box_refinement import refine_box
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
from happysad.features.faces.face_batch import N_LANDMARKS, Faces
from happysad.utils.feature_cache import active_feature_cache, get_or_compute
from happysad.utils.image_decoding import (
    ImageError,
    ImageSource,
    check_image_list,
    image_digest,
    read_image,
    to_gray,
)
from happysad.utils.progress import report

_CHUNK = 256  # images between two reports of progress, and two writes to the cache


class FaceAligner(  # type: ignore[call-arg]  # sklearn is untyped
    TransformerMixin,  # type: ignore[misc]
    BaseEstimator,  # type: ignore[misc]
    auto_wrap_output_keys=None,
):
    """Find the face in each image, turn it upright and cut it out.

    YuNet finds the face with the highest score, dlib's 5-point landmark predictor its eyes, and a
    similarity transform brings their centres to fixed places. (5 points served better than 68 in
    cross-validation on FER2013's training part.) Where no face is found the whole image is taken
    for one, the status says ``full_frame``, and landmarks say where in it the face is (see
    ``refine_box``). No image is dropped.

    Parameters
    ----------
    size : int
        Side of the crops in pixels.
    predictor : {"68", "5"}
        "68" also gives the 68 landmarks, by weights trained on iBUG 300-W, whose terms exclude
        commercial use. "5" does not use these: the same crops, and landmarks are NaN.
    min_score : float
        Lowest detector score that counts as a face, from 0.1 to 1.
    min_face : float or None
        Pixels of the smallest face to look for; see ``find_faces``.
    on_error : {"raise", "mark"}
        For an image that cannot be read: raise ImageError, or give a blank crop of status
        ``unreadable``.
    n_jobs : int or None
        Number of processes, as in joblib.
    color : bool
        Cut out (n, S, S, 3) RGB crops, which only the CNN takes, from the same places.
    detector : bool
        Look for faces; False: every image is a tight crop of one.

    Raises
    ------
    sklearn.utils._param_validation.InvalidParameterError
        A ValueError, by ``fit`` and ``transform``: a parameter has a value that is not valid.

    Examples
    --------
    >>> from happysad.features import FaceAligner
    >>> from skimage.data import astronaut
    >>> faces = FaceAligner().transform([astronaut()])
    >>> faces.crops.shape, faces.status.tolist()
    ((1, 96, 96), ['detected'])
    """

    version = 5  # part of the cache's key: raise it when the output changes

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "size": [Interval(Integral, 16, None, closed="left")],
        "predictor": [StrOptions({"68", "5"})],
        "min_score": [Interval(Real, 0, 1, closed="both")],
        "min_face": [Interval(Real, 1, None, closed="left"), None],
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
        min_face: float | None = None,
    ) -> None:
        self.size = size
        self.predictor = predictor
        self.min_score = min_score
        self.on_error = on_error
        self.n_jobs = n_jobs
        self.color = color
        self.detector = detector
        self.min_face = min_face

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__({"min_face": None, **state})  # of before there was the parameter

    def fit(self, X: Sequence[ImageSource], y: Any = None) -> FaceAligner:
        """Learn nothing; all weights are pre-trained."""
        self._validate_params()
        return self

    def transform(self, X: Sequence[ImageSource] | NDArray[Any]) -> Faces:
        """Faces of ``n`` images, each a path or a uint8 array as ``read_image`` takes it.

        Raises
        ------
        ImageError
            An image cannot be read and ``on_error`` is "raise", or ``X`` is a single image.
        """
        self._validate_params()
        check_image_list(X)
        images, parts = list(X), [Faces.empty(self.size, self.color)]
        for start in range(0, len(images), _CHUNK):
            parts += self._cached(images[start : start + _CHUNK])
            report("finding faces", min(start + _CHUNK, len(images)), len(images))
        return Faces.concatenate(parts)

    def align(
        self, image: NDArray[np.uint8], detection: Detection, gray: Rescaled | None = None
    ) -> Faces:
        """A batch of the one face of a (H, W) or (H, W, 3) image whose box is known.

        ``gray`` is the grey image ``rescaled``, where that is there already.
        """
        gray = rescaled(to_gray(image)) if gray is None else gray
        found, box = detection.found, detection.box
        if not found:
            detection = refine_box(gray, detection)
        matrix = eye_line_transform(eye_centers(find_landmarks(gray, detection, "5")), self.size)
        landmarks = np.full((N_LANDMARKS, 2), np.nan, np.float32)
        if self.predictor == "68":
            landmarks = transform_points(find_landmarks(gray, detection, "68"), matrix)
        crop = warp(image if self.color else to_gray(image), matrix, self.size)
        if self.color and crop.ndim == 2:
            crop = np.repeat(crop[..., None], 3, axis=2)
        return Faces(
            crop[None],
            landmarks[None],
            np.array([box]).round().astype(np.int32),
            np.array([detection.score], np.float32),
            np.array(["detected" if found else "full_frame"], "<U10"),
            np.array([""], "<U64"),
        )

    def __sklearn_is_fitted__(self) -> bool:
        return True  # so that a Pipeline that ends here transforms without fit

    def set_output(self, *, transform: str | None = None) -> FaceAligner:
        """No effect: ``Faces`` are no table, whatever the steps after them output."""
        return self

    def _cached(self, images: list[ImageSource]) -> list[Faces]:
        if active_feature_cache.get() is None:
            return self._computed(images)
        options = ["color"] * self.color + ["crops"] * (not self.detector)
        options += [] if self.min_face is None else [f"from{self.min_face}"]
        settings = [f"v{self.version}", str(self.size), self.predictor, str(self.min_score)]
        keys = [self._key(image, options) for image in images]
        values = get_or_compute(
            "-".join(["faces", *settings, *options]),
            keys,
            lambda missing: [f.to_bytes() for f in self._computed([images[i] for i in missing])],
        )
        pairs = zip(values, keys, strict=True)
        return [Faces.from_bytes(value, key, self.size, self.color) for value, key in pairs]

    def _key(self, image: ImageSource, options: list[str]) -> str:
        """A digest of all that determines the crop: not of the predictor."""
        try:
            digest = image_digest(image)
        except ImageError:
            return ""  # never stored; reading the image raises the error again
        parts = [str(self.version), str(self.size), str(self.min_score), digest, *options]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()

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
        small = rescaled(gray)
        if self.detector:
            face = find_one_face(small, self.min_score, self.min_face)
        else:
            face = full_frame(gray)
        return self.align(pixels if self.color else gray, face, small)
