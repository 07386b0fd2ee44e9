"""Rewrite ``golden.csv``, on purpose: ``python tests/features/make_golden.py``.

Each row holds what an extractor with some settings gave for one input: the sum of all numbers
in float64 and a few of them by their index. A change of these numbers is a change of every
model that was trained on them: raise the extractor's ``version`` and say so in CHANGELOG.md.
"""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from skimage import data

from happysad.features.embedding import Embedding
from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.face_batch import Faces
from happysad.features.hog import Hog
from happysad.features.landmarks import LandmarkGeometry
from happysad.features.lbp import Lbp
from happysad.features.pixels import Pixels
from happysad.features.visual_words import VisualWords
from happysad.utils.atomic_files import atomic_write

PATH = Path(__file__).with_name("golden.csv")

EXTRACTORS = {
    kind.__name__: kind
    for kind in (Embedding, FaceAligner, Hog, LandmarkGeometry, Lbp, VisualWords, Pixels)
}

CASES: list[tuple[str, dict[str, Any], str]] = [
    ("Hog", {}, "face"),
    ("Hog", {"cell": 8}, "texture"),
    ("Hog", {"bins": 9, "signed": False}, "face"),
    ("Lbp", {}, "face"),
    ("Lbp", {"radius": 1, "grid": 5, "root": False}, "texture"),
    ("LandmarkGeometry", {}, "points"),
    ("VisualWords", {}, "face"),
    ("VisualWords", {"grid": 3, "root": False}, "texture"),
    ("Pixels", {}, "face"),
    ("Pixels", {"size": 37}, "texture"),
    ("Embedding", {}, "face"),
    ("FaceAligner", {}, "photo"),
    ("FaceAligner", {"size": 64}, "mirrored photo"),
    ("FaceAligner", {"detector": False}, "tight photo"),
]


def inputs() -> dict[str, NDArray[Any]]:
    """Pixels of scikit-image's photographs, and points drawn by a formula."""
    photo = np.ascontiguousarray(data.astronaut()[:260, 90:350])
    angle = np.arange(68) * 2.399963  # the golden angle: no two points alike
    spiral = np.stack([np.cos(angle), np.sin(angle)], axis=1) * np.sqrt(np.arange(68))[:, None] * 5
    return {
        "photo": photo,
        "mirrored photo": np.ascontiguousarray(photo[:, ::-1]),
        "tight photo": np.ascontiguousarray(photo[60:190, 70:200]),
        "face": np.ascontiguousarray(photo[70:166, 87:183, 1]),
        "texture": np.ascontiguousarray(data.camera()[100:196, 200:296]),
        "points": (spiral + 48).round(3).astype(np.float32),
    }


def digest(array: NDArray[Any]) -> str:
    """sha256 of an input's values."""
    return hashlib.sha256(array.tobytes()).hexdigest()


def compute(extractor: str, settings: dict[str, Any], given: NDArray[Any]) -> NDArray[Any]:
    """The numbers of one case, in one row: for a FaceAligner the landmarks it found."""
    transformer = EXTRACTORS[extractor](**settings)
    if extractor == "FaceAligner":
        return np.asarray(transformer.transform([given]).landmarks.ravel())
    return np.asarray(transformer.transform(_faces(given))[0])


def _faces(given: NDArray[Any]) -> Faces:
    face = Faces.unreadable(96)
    points = given.shape == (68, 2)
    return Faces(
        face.crops if points else given[None],
        given[None] if points else face.landmarks,
        face.boxes,
        face.scores,
        np.array(["detected"], "<U10"),
        face.keys,
    )


def row(extractor: str, settings: dict[str, Any], name: str) -> dict[str, Any]:
    """One line of the CSV."""
    given = inputs()[name]
    numbers = compute(extractor, settings, given)
    some = np.linspace(0, len(numbers) - 1, 12).astype(int).tolist()
    some = sorted({*some, int(numbers.argmax()), int(numbers.argmin())})
    return {
        "extractor": extractor,
        "settings": json.dumps(settings),
        "input": name,
        "input_sha256": digest(given),
        "length": len(numbers),
        "sum": repr(float(numbers.sum(dtype=np.float64))),
        "values": " ".join(f"{i}:{numbers[i]:.7g}" for i in some),
    }


def main() -> None:
    rows = [row(*case) for case in CASES]
    with atomic_write(PATH) as beside, beside.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} rows in {PATH}")


if __name__ == "__main__":
    main()
