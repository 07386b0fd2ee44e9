"""The folder of built-in faces on disk: whole, or not there at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from happysad.utils.errors import UserError
from happysad.utils.feature_cache import cache_dir

MARKER = ".happysad-demo"
"""Hidden file of a whole folder: what it was made with, and the digest of all that is in it."""

MIN_FACES = 20
"""Fewer would leave a part with one class only."""

Part = tuple[NDArray[np.uint8], NDArray[np.str_]]


def part_sizes(n_samples: int) -> dict[str, int]:
    """Faces in train, val and test: about 60, 15 and 25%; UserError for fewer than 20."""
    if n_samples < MIN_FACES:
        raise UserError(
            f"{n_samples} built-in faces are too few for three parts: give {MIN_FACES} or more"
        )
    val, test = round(0.15 * n_samples), round(0.25 * n_samples)
    return {"train": n_samples - val - test, "val": val, "test": test}


def write_parts(
    folder: str | Path | None, name: str, recipe: str, make: Callable[[], Mapping[str, Part]]
) -> Path:
    """Give the folder that holds what ``make`` makes; make it only where it is not there, whole.

    Parameters
    ----------
    folder : str or Path or None
        None is the folder ``name`` of the cache.
    recipe : str
        One line; a folder made by another recipe is written anew.
    make : callable
        Gives images (n, H, W) uint8 and labels by the name of the part.

    Raises
    ------
    UserError
        The folder holds files that are not demo faces, or cannot be written.
    """
    home = cache_dir() / name if folder is None else Path(folder).expanduser()
    try:
        if _is_whole(home, recipe):
            return home
        if folder is not None:
            _refuse_strangers(home)
        _write(home, recipe, make())
    except OSError as error:
        raise UserError(
            f"cannot write the built-in faces to {home} ({error.strerror}): give another folder, "
            "or set HAPPYSAD_CACHE to one that can be written"
        ) from None
    return home


def _write(home: Path, recipe: str, parts: Mapping[str, Part]) -> None:
    beside = home.with_name(f".{home.name}-{uuid.uuid4().hex}")
    old = beside.with_name(beside.name + "-old")
    try:
        _fill(beside, parts)
        (beside / MARKER).write_text(f"{recipe}\n{_digest(beside)}\n", encoding="utf-8")
        if home.exists() and not _is_whole(home, recipe):
            os.replace(home, old)
        try:
            os.replace(beside, home)
        except OSError:  # another process may have been faster, with the same faces
            if not _is_whole(home, recipe):
                raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _fill(root: Path, parts: Mapping[str, Part]) -> None:
    import cv2

    number = 0
    for part, (images, labels) in parts.items():
        for label in np.unique(labels):
            (root / part / str(label)).mkdir(parents=True)
        for image, label in zip(images, labels, strict=True):
            # cv2.imwrite cannot write below a folder with an umlaut on Windows.
            _, png = cv2.imencode(".png", image)
            (root / part / str(label) / f"demo_{number:04d}.png").write_bytes(png.tobytes())
            number += 1


def _is_whole(home: Path, recipe: str) -> bool:
    try:
        text = (home / MARKER).read_text(encoding="utf-8")
        return text == f"{recipe}\n{_digest(home)}\n"
    except (OSError, UnicodeDecodeError):
        return False


def _digest(home: Path) -> str:
    """Of the names and bytes of all files but the marker and other hidden ones."""
    digest = hashlib.sha256()
    for file in sorted(_files(home)):
        digest.update(f"{file.relative_to(home).as_posix()}\n".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(home: Path) -> list[Path]:
    return [file for file in home.rglob("*") if file.is_file() and not file.name.startswith(".")]


def _refuse_strangers(home: Path) -> None:
    """A user's own folder is replaced only where nothing but demo faces would be lost."""
    if home.exists() and not home.is_dir():
        raise UserError(f"{home} is a file: give a folder for the built-in faces")
    for entry in home.rglob("*"):
        ours = re.fullmatch(r"demo_\d{4,}\.png", entry.name) or entry.name == MARKER
        if entry.is_symlink() or (entry.is_file() and not ours):
            raise UserError(
                f"{home} holds other files ({entry.name}): give a new or empty folder "
                "for the built-in faces"
            )
