"""Files, folders and patterns, as a list of images with names."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from happysad.pipeline.data.records import counted
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageSource, check_image_list, is_pillow_image
from happysad.utils.image_files import IMAGE_SUFFIXES, files_below

VIDEO_SUFFIXES = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm"})

Log = Callable[[str], None]

_ADDRESS = re.compile(r"^(?:[a-z][a-z0-9+.-]+:/{1,2}|data:|www\.)", re.IGNORECASE)


def named_images(
    sources: Iterable[ImageSource], log: Log = lambda line: None
) -> Iterator[tuple[str, ImageSource]]:
    """Name and source of each image, folders and patterns opened, in a fixed order.

    Folders are searched with their sub-folders for files whose name ends as an image's does, hidden
    ones left out; ``log`` is called with a line on the other files of a folder. What has no path is
    named "image N" by its place.
    """
    check_image_list(sources)
    for number, source in enumerate(sources):
        if isinstance(source, bytes | np.ndarray) or is_pillow_image(source):
            yield f"image {number}", source
        elif isinstance(source, str | Path):
            for path in _files(source, log):
                yield str(path), path
        else:
            kind = type(source).__name__
            raise UserError(f"an image is a path, bytes, a uint8 array or a PIL image, not {kind}")


def _files(source: str | Path, log: Log) -> Iterator[Path]:
    path = Path(source)
    if not source or not os.path.lexists(path):
        yield from _glob(str(source), log)
    elif os.path.isdir(path):
        yield from _images_below(path, log)
    elif os.path.exists(path) and not os.path.isfile(path):
        raise UserError(f"{path} is no regular file: give the file of an image")
    else:
        yield path


def _glob(text: str, log: Log) -> Iterator[Path]:
    if _ADDRESS.match(text):
        raise UserError(f"{text} is an address: only files are read, so save the picture first")
    if not glob.has_magic(text):
        raise UserError(f"there is no image or folder {text or '(an empty name)'}")
    found = sorted(glob.glob(text, recursive=True))
    if not found:
        raise UserError(f"there is no image that {text} matches")
    seen: set[str] = set()  # a link to a folder above would be walked round and round
    for path in map(Path, found):
        if not os.path.isdir(path):
            if (real := os.path.realpath(path)) not in seen:
                yield path
            seen.add(real)
        elif "**" not in text:  # else what lies below it is matched by itself
            yield from _images_below(path, log)


def _images_below(folder: Path, log: Log) -> list[Path]:
    found = files_below(folder)
    names = [file.relative_to(folder).as_posix() for file in found.others]
    if not found.images:
        kinds = ", ".join(sorted(IMAGE_SUFFIXES))
        others = f", but {counted(names, 'other file', 'in it')}" if names else ""
        raise UserError(f"the folder {folder} holds no images ({kinds}){others}")
    if names:
        log(counted(names, "non-image file", f"of {folder} left out"))
    return found.images
