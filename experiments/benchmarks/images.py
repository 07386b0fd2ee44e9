"""Images to measure time on: photographs of 350x350 with a face in them, tight crops of 48x48.

Both are of built-in faces, so of nobody: what a stage costs does not depend on who is seen.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from happysad.utils.errors import UserError

PHOTO_SIDE, CROP_SIDE = 350, 48
_FACE_SIDE = 210  # as large as faces are in photographs that are cut to them

Images = list[NDArray[np.uint8]]


def photographs(n: int, seed: int = 0) -> Images:
    """``n`` grey photographs (350, 350): a built-in face before a blurred room with edges."""
    from happysad.pipeline.demo.demo_faces import make_demo_faces

    rng = np.random.default_rng(seed)
    faces, _ = make_demo_faces(max(n, 2), random_state=rng, size=_FACE_SIDE)
    return [_in_a_room(face, rng) for face in faces[:n]]


def tight_crops(n: int, seed: int = 0) -> Images:
    """``n`` grey built-in faces (48, 48), cut as FER2013's are."""
    from happysad.pipeline.demo.demo_faces import make_demo_faces

    faces, _ = make_demo_faces(max(n, 2), random_state=seed, size=CROP_SIDE)
    return list(faces[:n])


KINDS: dict[str, Callable[[int], Images]] = {
    "photograph 350x350": photographs,
    "tight crop 48x48": tight_crops,
}


def written(folder: Path, n: int) -> dict[str, list[Path]]:
    """The images of each kind as JPEG files in a folder, ``n`` of each."""
    from PIL import Image

    files: dict[str, list[Path]] = {}
    for number, (kind, drawn) in enumerate(KINDS.items()):
        files[kind] = [folder / f"{number}-{i:03}.jpg" for i in range(n)]
        for file, image in zip(files[kind], drawn(n), strict=True):
            Image.fromarray(image).save(file, quality=90)
    return files


def found(folder: str, n: int) -> dict[str, list[Path]]:
    """The first ``n`` images below a folder of one's own, as one kind.

    Raises
    ------
    UserError
        There is no such folder, or no image in it.
    """
    from happysad.utils.image_decoding import IMAGE_SUFFIXES

    if not Path(folder).is_dir():
        raise UserError(f"there is no folder {folder}: name one that holds images")
    files = sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in IMAGE_SUFFIXES)
    if not files:
        raise UserError(f"the folder {folder} holds no images")
    return {f"images of {Path(folder).name}": files[:n]}


def _in_a_room(face: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A face before a drawn background, its edge blended with it."""
    import cv2

    room = _room(rng)
    side = len(face)
    left, top = (int(v) for v in rng.integers(40, PHOTO_SIDE - side - 40, 2))
    y, x = (np.indices(face.shape) - (side - 1) / 2) / side
    inside = (np.hypot(x / 0.46, y / 0.49) < 1).astype(np.float32)
    blend = cv2.GaussianBlur(inside, (0, 0), side / 30)
    part = room[top : top + side, left : left + side]
    part += blend * (face - part)
    room += rng.normal(0, 3, room.shape)
    return np.clip(room, 0, 255).astype(np.uint8)


def _room(rng: np.random.Generator) -> NDArray[np.float32]:
    """Clouds of light of several sizes, and a few frames with straight edges."""
    import cv2

    room = np.full((PHOTO_SIDE, PHOTO_SIDE), 110, np.float32)
    for cells, strength in ((3, 35), (9, 14), (60, 6)):
        clouds = rng.normal(0, strength, (cells, cells)).astype(np.float32)
        room += cv2.resize(clouds, (PHOTO_SIDE, PHOTO_SIDE), interpolation=cv2.INTER_CUBIC)
    for _ in range(4):
        one, other = rng.integers(-40, PHOTO_SIDE + 40, (2, 2)).tolist()
        cv2.rectangle(room, one, other, float(rng.uniform(30, 210)), int(rng.integers(2, 9)))
    return room
