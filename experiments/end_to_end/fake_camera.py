"""Built-in faces before a camera that is none, for the page of the service.

Chromium plays a file of joined JPEG pictures, 30 a second in a loop, as if a camera sent them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.utils.atomic_files import atomic_write

WIDTH, HEIGHT = 640, 480

RATE = 30  # frames a second; Chromium knows no other for such files
CLEAR = {"happy": 5, "sad": 55}  # of the faces below, those that no model doubts


def clear_face(label: str, side: int = 300) -> NDArray[np.uint8]:
    """A face (side, side, 3) uint8 that is plainly ``"happy"`` or ``"sad"``."""
    faces, _ = make_demo_faces(60, random_state=3, size=side, variation=0.3)
    return np.repeat(faces[CLEAR[label]][..., None], 3, axis=2)


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


def write_camera(file: Path, seconds: float = 4) -> Path:
    """Write what the camera shows: a happy face and then a sad one, each for so many seconds."""
    n = round(seconds * RATE)
    with atomic_write(file) as beside, open(beside, "wb") as stream:
        for face in map(clear_face, ("happy", "sad")):
            for shift in np.rint(12 * np.sin(np.pi * np.arange(n) / RATE)).astype(int):
                _, data = cv2.imencode(".jpg", scene([face], shift=shift))
                stream.write(data.tobytes())
    return file
