"""``Faces``: a batch of aligned faces that indexes like an array."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

N_LANDMARKS = 68


@dataclass(frozen=True, eq=False)
class Faces:
    """The faces of ``n`` images, one row per image and none dropped.

    scikit-learn's splitters and cross-validation index it like an array.

    Attributes
    ----------
    crops : (n, S, S) or (n, S, S, 3) uint8
        Aligned crops, grey or in colour (RGB).
    landmarks : (n, 68, 2) float32
        x, y in crop pixels, iBUG 300-W order; NaN where no 68-point predictor was used.
    boxes : (n, 4) int32
        left, top, right, bottom in pixels of the upright image; right and bottom exclusive.
    scores : (n,) float32
        The detector's highest score, from 0 to 1; NaN where unreadable.
    status : (n,) str
        ``detected``, ``full_frame`` (no face was found: the whole image is taken for one) or
        ``unreadable`` (blank crop).
    keys : (n,) str
        Digest of the image's bytes and the aligner's settings, under which features are cached;
        ``""`` where unknown.

    Examples
    --------
    >>> from happysad.features import FaceAligner
    >>> from skimage.data import astronaut, coffee
    >>> faces = FaceAligner().transform([astronaut(), coffee()])
    >>> len(faces), faces.size, faces[faces.status == "detected"].boxes.tolist()
    (2, 96, [[175, 75, 268, 168]])
    """

    crops: NDArray[np.uint8]
    landmarks: NDArray[np.float32]
    boxes: NDArray[np.int32]
    scores: NDArray[np.float32]
    status: NDArray[np.str_]
    keys: NDArray[np.str_]

    def __post_init__(self) -> None:
        lengths = {field.name: len(getattr(self, field.name)) for field in fields(self)}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"the parts of Faces differ in length: {lengths}")

    def __len__(self) -> int:
        return len(self.crops)

    @property
    def shape(self) -> tuple[int]:
        """``(n,)``, by which scikit-learn counts the samples."""
        return (len(self),)

    @property
    def size(self) -> int:
        return int(self.crops.shape[1])

    @property
    def color(self) -> bool:
        return self.crops.ndim == 4

    def __getitem__(self, index: Any) -> Faces:
        """Faces of a slice, an integer (a batch of one), an integer array or a boolean mask."""
        if isinstance(index, tuple):  # scikit-learn asks for X[rows, ...]
            index = index[0]
        if isinstance(index, int | np.integer):
            index = [range(len(self))[index]]
        return Faces(*(getattr(self, field.name)[index] for field in fields(self)))

    def __iter__(self) -> Iterator[Faces]:
        return (self[i] for i in range(len(self)))

    @classmethod
    def concatenate(cls, parts: Sequence[Faces]) -> Faces:
        """One batch of several, in order; ``parts`` holds at least one."""
        return cls(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)))

    @classmethod
    def empty(cls, size: int, color: bool = False) -> Faces:
        """A batch of no faces with crops of ``size`` pixels."""
        return cls.unreadable(size, color)[:0]

    @classmethod
    def unreadable(cls, size: int, color: bool = False) -> Faces:
        """A batch of one image that could not be read."""
        return cls(
            np.zeros((1, size, size, 3) if color else (1, size, size), np.uint8),
            np.full((1, N_LANDMARKS, 2), np.nan, np.float32),
            np.zeros((1, 4), np.int32),
            np.full(1, np.nan, np.float32),
            np.array(["unreadable"], "<U10"),
            np.array([""], "<U64"),
        )

    def to_bytes(self) -> bytes:
        """A batch of one for a cache; nothing where it is unreadable."""
        if self.status[0] == "unreadable":
            return b""
        found = self.status == "detected"
        parts = (self.crops, self.landmarks, self.boxes, self.scores, found)
        return b"".join(part.tobytes() for part in parts)

    @classmethod
    def from_bytes(cls, value: bytes, key: str, size: int, color: bool = False) -> Faces:
        """The batch of one with crops of ``size`` pixels that ``to_bytes`` gave."""
        blank = cls.unreadable(size, color)
        if not value:
            return blank
        parts: list[NDArray[Any]] = []
        start = 0
        for part in (blank.crops, blank.landmarks, blank.boxes, blank.scores, np.zeros(1, bool)):
            parts.append(np.frombuffer(value, part.dtype, part.size, start).reshape(part.shape))
            start += part.nbytes
        crops, landmarks, boxes, scores, found = parts
        status = np.where(found, "detected", "full_frame").astype("<U10")
        return cls(crops, landmarks, boxes, scores, status, np.array([key], "<U64"))
