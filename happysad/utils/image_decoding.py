"""Reading one image, of whatever kind, as upright 8-bit grey or RGB."""

from __future__ import annotations

import hashlib
import io
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import NDArray

from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

ImageSource: TypeAlias = "str | Path | bytes | NDArray[Any] | Picture"
"""A file, the bytes of one, pixels, or an image of Pillow's."""

IMAGE_SUFFIXES = frozenset(
    {".avif", ".bmp", ".gif", ".jfif", ".jpe", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif",
     ".tiff", ".webp"}
)  # fmt: skip

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "PPM", "WEBP", "TIFF", "AVIF")
"""What is read, by Pillow's names. It knows more, and starts other programs for some (EPS)."""


class ImageError(UserError):
    """An image that cannot be used; the sentence names the file and the reason."""


def read_image(source: ImageSource) -> NDArray[np.uint8]:
    """Read an image file, its bytes or an image of Pillow's, or check an array.

    EXIF rotation is applied, 16-bit and float files are scaled to 8 bits, CMYK and palettes are
    turned to RGB, transparency is laid on white, the first frame is taken of several.

    Parameters
    ----------
    source : str, Path, bytes, array or PIL.Image.Image
        A file, the bytes of one, or a ``(H, W)``, ``(H, W, 1)``, ``(H, W, 3)`` RGB or
        ``(H, W, 4)`` RGBA uint8 array. An image of Pillow's is read as its file would be.

    Returns
    -------
    (H, W) or (H, W, 3) uint8

    Raises
    ------
    ImageError
        Missing, empty, truncated or not an image; an array of another shape or dtype; something
        else altogether.
    """
    if isinstance(source, str | Path):
        return _decode(file_bytes(source), f"the image {source}")
    if isinstance(source, bytes):
        if not source:
            raise ImageError("cannot read an image of no bytes")
        return _decode(source, "the image")
    if is_picture(source):
        return _pixels(source)
    if not hasattr(source, "__array__"):
        raise ImageError(
            f"an image is a path, bytes, a uint8 array or a PIL image, not {type(source).__name__}"
        )
    return _check_array(np.asarray(source))


def is_picture(source: object) -> TypeGuard[Picture]:
    """Whether it is an image of Pillow's, which is not imported for this."""
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(source, pillow.Image)


def file_bytes(path: str | Path) -> bytes:
    """The bytes of a file; ImageError where there are none."""
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise ImageError(f"cannot read the image {path}: {reason}") from None
    if not data:
        raise ImageError(f"cannot read the image {path}: the file is empty")
    return data


def check_list(images: object) -> None:
    """ImageError for a bare image where a list of them is due: it would be read row by row."""
    if isinstance(images, str | Path):
        raise ImageError(f"give a list of images, as in [{str(images)!r}]")
    if isinstance(images, bytes):
        raise ImageError("give a list of images, as in [data]: these are the bytes of one")
    if is_picture(images):
        raise ImageError("give a list of images, as in [image]: this is a bare one")
    if isinstance(images, np.ndarray) and (images.ndim == 2 or images.shape[2:] in ((3,), (4,))):
        raise ImageError(f"give a list of images, as in [image]: {images.shape} is a bare one")
    if not isinstance(images, Iterable) or getattr(images, "shape", (0,)) == ():
        raise ImageError(f"give a list of images, not {type(images).__name__}")


def image_digest(source: ImageSource) -> str:
    """sha256 of a file's bytes, or of the shape and bytes of pixels, as 64 hexadecimal digits.

    Raises
    ------
    ImageError
        Missing or empty file, or an image of Pillow's that cannot be read.
    """
    if isinstance(source, str | Path | bytes):
        data = source if isinstance(source, bytes) else file_bytes(source)
        return hashlib.sha256(data).hexdigest()
    array = np.ascontiguousarray(read_image(source) if is_picture(source) else source)
    return hashlib.sha256(f"{array.shape}{array.dtype}".encode() + array.tobytes()).hexdigest()


def to_gray(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Luma (ITU-R BT.601) of a ``(H, W, 3)`` RGB image; a ``(H, W)`` one as it is."""
    if image.ndim == 2:
        return image
    import cv2

    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)


def _check_array(image: NDArray[Any]) -> NDArray[np.uint8]:
    channels = image.shape[2] if image.ndim == 3 else 1
    if image.ndim not in (2, 3) or channels not in (1, 3, 4) or 0 in image.shape:
        raise ImageError(
            f"an image array is (H, W) grey or (H, W, 3) RGB, but this one is {image.shape}"
        )
    if image.dtype != np.uint8:
        raise ImageError(
            f"an image array holds uint8 from 0 to 255, but this one holds {image.dtype}: "
            "scale it, then use .astype('uint8')"
        )
    if image.ndim == 2:
        return image
    if channels == 4:
        from PIL import Image

        from happysad.utils.to_uint8 import to_uint8

        return to_uint8(Image.fromarray(image))
    return np.ascontiguousarray(image[:, :, 0] if channels == 1 else image)


def _pixels(image: Picture) -> NDArray[np.uint8]:
    from happysad.utils.to_uint8 import to_uint8, upright

    if 0 in image.size:
        raise ImageError("cannot read the image: it has no pixels")
    quiet_pillow()
    try:
        image.load()
        return to_uint8(upright(image))
    except Exception as error:  # as of a file
        raise ImageError(f"cannot read the image: {plainly(error)}") from None


def _decode(data: bytes, name: str) -> NDArray[np.uint8]:
    from PIL import Image, UnidentifiedImageError

    from happysad.utils.to_uint8 import to_uint8, upright

    quiet_pillow()
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            image.load()
            return to_uint8(upright(image))
    except UnidentifiedImageError:
        raise ImageError(f"cannot read {name}: {what_else(data)}") from None
    except Image.DecompressionBombError:
        most = 2 * (Image.MAX_IMAGE_PIXELS or 0) / 1e6
        raise ImageError(f"cannot read {name}: it has over {most:.0f} million pixels") from None
    except Exception as error:  # damaged files make decoders stumble in many ways
        raise ImageError(f"cannot read {name}: {plainly(error)}") from None


def quiet_pillow() -> None:
    """Silence its warnings, of odd EXIF blocks and the like: the pixels decide.

    For good, since what ``warnings.catch_warnings`` restores is shared by all threads. A filter
    that is there already takes its place in front again.
    """
    warnings.filterwarnings("ignore", module=r"PIL\.")


def what_else(data: bytes) -> str:
    """What bytes are that Pillow does not know."""
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"msf1"):
        return "it is a HEIC picture, as phones take them: save it as JPEG first"
    return "it is not an image file"


def plainly(error: Exception) -> str:
    """What Pillow says, without what it says of Python's objects."""
    return str(error).split(" <_io.")[0] or f"it is damaged ({type(error).__name__})"
