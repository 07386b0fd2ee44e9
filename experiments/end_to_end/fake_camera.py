"""Built-in faces before a camera that is none: the video and the photo that the page is tried with.

Chromium plays a file of joined JPEG pictures, 30 a second in a loop, as if a camera sent them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.utils.atomic_files import atomic_write

WIDTH, HEIGHT = 640, 480
SIDE = 300
"""Of a face's picture; the face itself takes 250 pixels of it or so."""

RATE = 30
"""Frames a second; Chromium knows no other for such files."""

_CLEAR = {"happy": 5, "sad": 55}  # of the faces below, those that no model doubts


def clear_face(label: str, side: int = SIDE) -> NDArray[np.uint8]:
    """A face (side, side, 3) uint8 that is plainly ``"happy"`` or ``"sad"``."""
    faces, _ = make_demo_faces(60, random_state=3, size=side, variation=0.3)
    return np.repeat(faces[_CLEAR[label]][..., None], 3, axis=2)


def scene(
    faces: Sequence[NDArray[np.uint8]], width: int = WIDTH, shift: int = 0
) -> NDArray[np.uint8]:
    """Square faces side by side on plain grey, (HEIGHT, width, 3) uint8, ``shift`` pixels off."""
    picture = np.full((HEIGHT, width, 3), 150, np.uint8)
    for number, face in enumerate(faces):
        side = len(face)
        left = (2 * number + 1) * width // (2 * len(faces)) - side // 2 + shift
        top = (HEIGHT - side) // 2 + 20
        picture[top : top + side, left : left + side] = face
    return picture


def write_camera(file: Path, seconds: float = 4, labels: Sequence[str] = ("happy", "sad")) -> Path:
    """Write what the camera shows: a face of each label in turn, moving a little.

    Parameters
    ----------
    seconds : float
        For which each face is seen.
    """
    import cv2

    turns = [clear_face(label) for label in labels]
    with atomic_write(file) as beside, open(beside, "wb") as stream:
        for face in turns:
            for number in range(round(seconds * RATE)):
                shift = round(12 * np.sin(2 * np.pi * number / RATE / 2))
                _, data = cv2.imencode(".jpg", scene([face], shift=shift))
                stream.write(data.tobytes())
    return file
