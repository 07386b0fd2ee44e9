"""Faces of images under changes: every changed image goes through the whole face stage."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import joblib
import numpy as np
from sklearn.base import clone

from happysad.experiments.perturbations.registry import (
    CHANGES,
    SHIFT,
    VERSION,
    Image,
    LocatedFace,
    changed_image,
    locate_face,
    moved_box,
)
from happysad.features.faces.face_batch import Faces
from happysad.utils.feature_cache import FeatureCache, active_feature_cache, use_feature_cache
from happysad.utils.image_decoding import image_digest, read_image
from happysad.utils.progress import listen, report

if TYPE_CHECKING:
    import pandas as pd

    from happysad.features.faces.aligner import FaceAligner

CLEAN = ""

Condition = tuple[str, float]
"""A change and its strength."""


def conditions_of(changes: Sequence[str]) -> list[Condition]:
    """The changes at all their strengths."""
    return [(change, strength) for change in changes for strength in CHANGES[change].strengths]


def title(condition: Condition) -> str:
    """What the column ``condition`` says, as in "blur 0.04"."""
    return f"{condition[0]} {condition[1]:g}"


def condition_of(text: str) -> Condition:
    """The change and strength in such a text."""
    change, _, strength = text.rpartition(" ")
    return change, float(strength)


def changed_frame(
    clean: pd.DataFrame, drawn: pd.DataFrame, conditions: Sequence[Condition]
) -> pd.DataFrame:
    """The rows of ``clean`` and of ``drawn``, then each of ``drawn`` under all conditions.

    A column ``condition`` tells which is which. The rows of an image lie side by side, so that
    it is read and searched once.
    """
    import pandas as pd

    texts = [title(condition) for condition in conditions]
    rows = np.repeat(np.arange(len(drawn)), len(texts))
    changed = drawn.iloc[rows].assign(condition=texts * len(drawn))
    plain = pd.concat([clean, drawn]).assign(condition=CLEAN)
    return pd.concat([plain, changed], ignore_index=True)


class ChangedFaces:
    """Aligns the images of a ``changed_frame``, each row as its condition says.

    The predictor is "68" where any of the models needs the landmarks: crops are the same with
    "5", so the faces of changed images are found once for all models.
    """

    def __init__(self, predictor: str) -> None:
        self.predictor = predictor
        self._changed: dict[str, Faces] = {}

    def __call__(self, aligner: FaceAligner, frame: pd.DataFrame) -> Faces:
        """The faces of all rows, through the cache in use."""
        plain = frame["condition"] == CLEAN
        faces: Faces = aligner.transform(frame.loc[plain, "path"].tolist())
        if plain.all():
            return faces
        kind = repr(sorted({**aligner.get_params(), "predictor": ""}.items()))
        if kind not in self._changed:
            finder = clone(aligner).set_params(predictor=self.predictor)
            self._changed[kind] = _all_changed(finder, frame[~plain])
        changed = self._changed[kind]
        if aligner.predictor == "5":
            changed = replace(changed, landmarks=np.full_like(changed.landmarks, np.nan))
        return Faces.concatenate([faces, changed])


def _all_changed(aligner: FaceAligner, frame: pd.DataFrame) -> Faces:
    """Faces of images side by side, each under its conditions."""
    one = clone(aligner).set_params(n_jobs=None)
    images = frame.groupby("path", sort=False)["condition"]
    pool = joblib.Parallel(n_jobs=aligner.n_jobs or 1, return_as="generator")
    ended = pool(
        joblib.delayed(_of_image)(
            one, path, list(map(condition_of, texts)), active_feature_cache.get()
        )
        for path, texts in images
    )
    parts = []
    for faces in ended:
        parts.append(faces)
        report("finding faces in changed images", len(parts), len(images))
    return Faces.concatenate(parts)


def _of_image(
    aligner: FaceAligner, path: str, conditions: list[Condition], cache: FeatureCache | None
) -> Faces:
    """A face for each condition, in their order."""
    image = read_image(path)
    face = locate_face(image, aligner.min_score, aligner.min_face)
    shifts = [i for i, (change, _) in enumerate(conditions) if change == SHIFT]
    others = [i for i, (change, _) in enumerate(conditions) if change != SHIFT]
    changed = [changed_image(image, *conditions[i], face) for i in others]
    with use_feature_cache(cache), listen(lambda *_: None):  # an image is no work to report
        faces = [aligner.transform(changed)]
    faces += [_shifted(aligner, image, conditions[i][1], face) for i in shifts]
    return Faces.concatenate(faces)[np.argsort(others + shifts)]


def _shifted(aligner: FaceAligner, image: Image, strength: float, face: LocatedFace) -> Faces:
    """The face that a box beside it gives; its features can be kept like those of others."""
    aligned = aligner.align(image, moved_box(image, strength, face))
    settings = {**aligner.get_params(), "predictor": "", "version": aligner.version}
    text = f"{VERSION} {SHIFT} {strength} {sorted(settings.items())} {image_digest(image)}"
    key = hashlib.sha256(text.encode()).hexdigest()
    return replace(aligned, keys=np.array([key], "<U64"))
