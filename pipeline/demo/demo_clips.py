"""Videos of nobody: built-in faces that move through a drawn room, happy or sad."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.demo.demo_faces import LABELS
from happysad.pipeline.demo.rendering import class_means, faces_of, load_basis
from happysad.utils.errors import UserError

Point = tuple[float, float]

# Less spread within a class and more distance between the classes than in the built-in data set,
# so that it can be seen which they are.
_SPREAD, _CLARITY = 0.6, 1.4
_CODECS = {".mp4": "mp4v", ".avi": "MJPG"}


@dataclass(frozen=True)
class Actor:
    """A face and its way through a clip.

    Attributes
    ----------
    start, end : (x, y)
        Its centre in the first and the last frame, as shares of width and height.
    side : int
        Of the face in pixels.
    moods : sequence of (share, "happy" or "sad")
        Its expression from that share of the clip on.
    there : (share, share)
        From when to when it is visible.
    seed : int
        The same seed is the same person.

    Examples
    --------
    >>> Actor(side=60, moods=[(0.0, "happy"), (0.5, "sad")]).start
    (0.5, 0.5)
    """

    start: Point = (0.5, 0.5)
    end: Point = (0.5, 0.5)
    side: int = 140
    moods: Sequence[tuple[float, str]] = ((0.0, "happy"),)
    there: tuple[float, float] = (0.0, 1.0)
    seed: int = 2


def draw_clip(
    width: int, height: int, n_frames: int, actors: Sequence[Actor], seed: int = 0
) -> Iterator[NDArray[np.uint8]]:
    """The frames of a clip, (height, width, 3) RGB; later actors are in front.

    The same arguments draw the same clip, with a grain that changes from frame to frame as that
    of a camera does.

    Examples
    --------
    >>> [frame.shape for frame in draw_clip(160, 120, 2, [Actor(side=60)])]
    [(120, 160, 3), (120, 160, 3)]
    """
    rng = np.random.default_rng(seed)
    room = _room(width, height, rng)
    for i in range(n_frames):
        share = i / max(n_frames - 1, 1)
        frame = room.copy()
        for actor in actors:
            if actor.there[0] <= share <= actor.there[1]:
                _put(frame, actor, share)
        frame += rng.normal(0, 3, frame.shape[:2]).astype(np.float32)[..., None]
        yield np.clip(frame, 0, 255).astype(np.uint8)


def write_clip(
    path: Path, frames: Iterable[NDArray[np.uint8]], size: tuple[int, int], fps: float = 25
) -> Path:
    """Write (height, width, 3) RGB frames as an MP4 or AVI file; give its path, or UserError."""
    code = cv2.VideoWriter.fourcc(*_CODECS[path.suffix])
    writer = cv2.VideoWriter(str(path), code, fps, size)
    if not writer.isOpened():
        raise UserError(f"cannot write {path}: choose a folder that can be written")
    for frame in frames:
        writer.write(np.ascontiguousarray(frame[:, :, ::-1]))
    writer.release()
    return path


def _put(frame: NDArray[np.float32], actor: Actor, share: float) -> None:
    """Blend a face into a frame, as much of it as is inside."""
    mood = next(mood for start, mood in reversed(actor.moods) if start <= share)
    face = cv2.resize(_face(actor.seed, mood), (actor.side, actor.side))
    height, width = frame.shape[:2]
    x, y = (a + share * (b - a) for a, b in zip(actor.start, actor.end, strict=True))
    left, top = x * width - actor.side / 2, y * height - actor.side / 2
    shift = np.array([[1, 0, left], [0, 1, top]], np.float32)
    alpha = cv2.warpAffine(_oval(actor.side), shift, (width, height))[..., None]
    moved = cv2.warpAffine(face, shift, (width, height))
    frame += alpha * (moved - frame)


@cache
def _face(seed: int, mood: str) -> NDArray[np.float32]:
    """A bare face in the colours of skin, (96, 96, 3); moods of one seed look alike."""
    basis, label = load_basis(), LABELS.index(mood)
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal(len(basis.texture_components), dtype=np.float32).clip(-2, 2)
    means = class_means(basis)
    center = means.mean(axis=0)
    code = center + _CLARITY * (means[label] - center)
    code += _SPREAD * basis.factors[label] @ noise
    bare = faces_of(basis, code[None])[0]
    tint = np.array([1.12, 0.98, 0.86], np.float32)
    return np.asarray((120 + 48 * bare)[..., None] * tint, np.float32)


@cache
def _oval(side: int) -> NDArray[np.float32]:
    """How much of a face is seen: all within an oval, ever less towards its edge."""
    y, x = (np.indices((side, side)) - (side - 1) / 2) / side
    inside = (np.hypot(x / 0.46, y / 0.49) < 1).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(inside, (0, 0), side / 30), np.float32)


def _room(width: int, height: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Clouds of light of several sizes, and a few frames with straight edges."""
    room = np.full((height, width), 110, np.float32)
    for cells, strength in ((3, 35), (9, 14), (60, 6)):
        clouds = rng.normal(0, strength, (cells, cells)).astype(np.float32)
        room += cv2.resize(clouds, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(6):
        corners = rng.uniform(-0.1, 1.1, (2, 2)) * (width, height)
        one, other = corners.astype(int).tolist()
        cv2.rectangle(room, one, other, float(rng.uniform(30, 210)), int(rng.integers(2, 9)))
    return np.asarray(room[..., None] * np.array([0.95, 1.0, 1.05], np.float32), np.float32)
