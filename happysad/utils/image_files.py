"""Which files are images, by their names and by their bytes, and those that a folder holds."""

from __future__ import annotations

import io
import os
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

IMAGE_SUFFIXES = frozenset(
    {".avif", ".bmp", ".gif", ".heic", ".heif", ".hif", ".jfif", ".jpe", ".jpeg", ".jpg", ".pgm",
     ".png", ".ppm", ".tif", ".tiff", ".webp"}
)  # fmt: skip

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "PPM", "WEBP", "TIFF", "AVIF")
"""The formats that are read, by Pillow's names: for some others (EPS) it starts programs."""

HEIC_ABSENT = (
    'HEIC is not read here: run pip install "happysad[heic]", or save the picture as JPEG first'
)

_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_JUNK = {"thumbs.db", "desktop.ini", "__macosx"}


class FolderFiles(NamedTuple):
    """The visible files of a folder, sorted by path."""

    images: list[Path]
    others: list[Path]


def is_image_name(file: Path) -> bool:
    """Whether a file is named as an image is; whether it is one, its bytes tell."""
    return file.suffix.lower() in IMAGE_SUFFIXES


def is_hidden(name: str) -> bool:
    """Whether a file or folder is none of the user's: it begins with a dot, or the system made it.

    Examples
    --------
    >>> [is_hidden(name) for name in (".DS_Store", "Thumbs.db", "face.png")]
    [True, True, False]
    """
    return name.startswith(".") or name.casefold() in _JUNK


def files_below(folder: Path) -> FolderFiles:
    """The files in a folder and its sub-folders, hidden ones left out.

    Links to folders are followed, but not round and round.

    Raises
    ------
    UserError
        A folder cannot be looked into.
    """
    found = FolderFiles([], [])
    seen: set[str] = set()
    for place, folders, files in os.walk(folder, onerror=_raise_user_error, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:  # by a link that leads back up
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not is_hidden(name))
        for file in (Path(place, name) for name in files if not is_hidden(name)):
            (found.images if is_image_name(file) else found.others).append(file)
    return FolderFiles(sorted(found.images), sorted(found.others))


def _raise_user_error(error: OSError) -> None:
    reason = (error.strerror or str(error)).lower()
    raise UserError(f"cannot look into the folder {error.filename}: {reason}")


def open_image(data: bytes) -> PillowImage:
    """The image in a file's bytes, not yet decoded; Pillow's exceptions where there is none."""
    from PIL import Image

    ignore_pillow_warnings()
    formats = (*FORMATS, "HEIF") if looks_like_heic(data) and reads_heic() else FORMATS
    return Image.open(io.BytesIO(data), formats=formats)


def looks_like_heic(data: bytes) -> bool:
    """Whether a file begins as HEIC and HEIF do, and now and then AVIF."""
    return data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS


@cache
def reads_heic() -> bool:
    """Whether the extra ``[heic]`` is here; Pillow reads these files from then on.

    They come out upright, and with an EXIF block that says so.
    """
    try:
        from pillow_heif import register_heif_opener

        register_heif_opener()
    except ImportError:
        return False
    return True


def ignore_pillow_warnings() -> None:
    """Silence its warnings for good, as ``warnings.catch_warnings`` would affect all threads."""
    warnings.filterwarnings("ignore", module=r"PIL\.")


def unknown_format(data: bytes) -> str:
    """What bytes are that Pillow does not recognise."""
    if not looks_like_heic(data):
        return "it is not an image file"
    return "it is a damaged HEIC picture" if reads_heic() else HEIC_ABSENT


def pillow_message(error: Exception, data: bytes = b"") -> str:
    """What is wrong with bytes that Pillow failed on, without its mention of Python's objects."""
    if looks_like_heic(data):
        return unknown_format(data)
    return str(error).split(" <_io.")[0].strip() or f"it is damaged ({type(error).__name__})"
