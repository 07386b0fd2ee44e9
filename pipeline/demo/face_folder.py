"""The folder of built-in faces on disk: whole, or not there at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from happysad.utils.errors import UserError
from happysad.utils.feature_cache import cache_dir

MARKER = ".happysad-demo"  # in a whole folder: its version, and the digest of all that is in it

Part = tuple[NDArray[np.uint8], NDArray[np.str_]]  # images (n, H, W) and their labels


def write_faces(
    folder: str | Path | None, name: str, version: str, make: Callable[[], Mapping[str, Part]]
) -> Path:
    """The folder (None: ``name`` in the cache) of the parts that ``make`` gives by their names.

    A whole folder of this ``version``, a line of text, is reused. UserError where it holds files
    that are not demo faces, or cannot be written.
    """
    target = cache_dir() / name if folder is None else Path(folder).expanduser()
    try:
        if _is_whole(target, version):
            return target
        if folder is not None:
            _check_replaceable(target)
        _write(target, version, make())
    except OSError as error:
        raise UserError(
            f"cannot write the built-in faces to {target} ({error.strerror}): give another folder, "
            "or set HAPPYSAD_CACHE to one that can be written"
        ) from None
    return target


def _write(target: Path, version: str, parts: Mapping[str, Part]) -> None:
    new = target.with_name(f".{target.name}-{uuid.uuid4().hex}")
    old = new.with_name(f"{new.name}-old")
    try:
        _write_images(new, parts)
        (new / MARKER).write_text(f"{version}\n{_digest(new)}\n", encoding="utf-8")
        if target.exists() and not _is_whole(target, version):
            os.replace(target, old)
        try:
            os.replace(new, target)
        except OSError:  # another process may have been faster, with the same faces
            if not _is_whole(target, version):
                raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _write_images(root: Path, parts: Mapping[str, Part]) -> None:
    number = 0
    for part, (images, labels) in parts.items():
        for image, label in zip(images, labels, strict=True):
            # cv2.imwrite cannot write below a folder with an umlaut on Windows.
            _, png = cv2.imencode(".png", image)
            file = root / part / str(label) / f"demo_{number:04d}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(png.tobytes())
            number += 1


def _is_whole(folder: Path, version: str) -> bool:
    try:
        text = (folder / MARKER).read_text(encoding="utf-8")
        return text == f"{version}\n{_digest(folder)}\n"
    except (OSError, UnicodeDecodeError):
        return False


def _digest(folder: Path) -> str:
    """Of the names and bytes of all files but the marker and other hidden ones."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.name.startswith("."):
            digest.update(f"{file.relative_to(folder).as_posix()}\n".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _check_replaceable(folder: Path) -> None:
    """A user's own folder is replaced only where nothing but demo faces would be lost."""
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file: give a folder for the built-in faces")
    for entry in folder.rglob("*"):
        ours = re.fullmatch(r"demo_\d{4,}\.png", entry.name) or entry.name == MARKER
        if entry.is_symlink() or (entry.is_file() and not ours):
            raise UserError(
                f"{folder} holds other files ({entry.name}): give a new or empty folder "
                "for the built-in faces"
            )
