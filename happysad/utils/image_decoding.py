"""Reading one image as upright 8-bit grey or RGB, and telling what is wrong with it."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import NDArray

from happysad.utils.errors import UserError
from happysad.utils.image_files import (
    ignore_pillow_warnings,
    open_image,
    pillow_message,
    unknown_format,
)
from happysad.utils.to_uint8 import to_uint8

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

ImageSource: TypeAlias = "str | Path | bytes | NDArray[Any] | PillowImage"
"""A file, the bytes of one, pixels, or an image of Pillow's."""


class ImageError(UserError):
    """An image that cannot be used; the sentence names the file and the reason.

    Examples
    --------
    >>> from happysad.utils import ImageError, read_image
    >>> try:
    ...     read_image("missing.jpg")
    ... except ImageError as error:
    ...     print(error)
    cannot read the image missing.jpg: no such file or directory
    """


def read_image(source: ImageSource) -> NDArray[np.uint8]:
    """Read an image file, its bytes or an image of Pillow's, or check an array.

    EXIF rotation is applied, 16-bit and float images are scaled to 8 bits, CMYK and palettes
    become RGB, transparency is laid on white. Of several frames the first is taken.

    Parameters
    ----------
    source : str, Path, bytes, array or PIL.Image.Image
        An array is uint8 of shape (H, W), (H, W, 1), (H, W, 3) RGB or (H, W, 4) RGBA.

    Returns
    -------
    (H, W) or (H, W, 3) uint8

    Raises
    ------
    ImageError
        A missing, empty or truncated file, or none of an image; an array of another shape or
        dtype; an object of another type.

    Examples
    --------
    >>> from happysad.utils import read_image
    >>> from skimage.data import astronaut
    >>> read_image(astronaut()).shape
    (512, 512, 3)
    """
    if isinstance(source, str | Path):
        return _decode(_file_bytes(source), f"the image {source}")
    if isinstance(source, bytes) and not source:
        raise ImageError("cannot read an image of no bytes")
    if is_pillow_image(source) and 0 in source.size:
        raise ImageError("cannot read the image: it has no pixels")
    if isinstance(source, bytes) or is_pillow_image(source):
        return _decode(source, "the image")
    if not hasattr(source, "__array__"):
        raise ImageError(
            f"an image is a path, bytes, a uint8 array or a PIL image, not {type(source).__name__}"
        )
    return _check_array(np.asarray(source))


def is_pillow_image(source: object) -> TypeGuard[PillowImage]:
    """Whether it is an image of Pillow's, told without importing Pillow."""
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(source, pillow.Image)


def _file_bytes(path: str | Path) -> bytes:
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise ImageError(f"cannot read the image {path}: {reason}") from None
    if not data:
        raise ImageError(f"cannot read the image {path}: the file is empty")
    return data


def check_image_list(images: object) -> None:
    """ImageError for one image in place of a list of them: its rows would be read as images."""
    if isinstance(images, str | Path):
        raise ImageError(f"give a list of images, as in [{str(images)!r}]")
    if isinstance(images, bytes) or is_pillow_image(images):
        raise ImageError("give a list of images, as in [image]: this is a bare one")
    if isinstance(images, np.ndarray) and (images.ndim == 2 or images.shape[2:] in ((3,), (4,))):
        raise ImageError(f"give a list of images, as in [image]: {images.shape} is a bare one")
    if not isinstance(images, Iterable) or getattr(images, "shape", (0,)) == ():
        raise ImageError(f"give a list of images, not {type(images).__name__}")


def image_digest(source: ImageSource) -> str:
    """sha256 of a file's bytes, or of the shape, dtype and bytes of pixels, as 64 hex digits."""
    if isinstance(source, str | Path | bytes):
        data = source if isinstance(source, bytes) else _file_bytes(source)
        return hashlib.sha256(data).hexdigest()
    array = np.ascontiguousarray(read_image(source) if is_pillow_image(source) else source)
    return hashlib.sha256(f"{array.shape}{array.dtype}".encode() + array.tobytes()).hexdigest()


def to_gray(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Luma (ITU-R BT.601) of a (H, W, 3) RGB image; a (H, W) one as it is."""
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

        return to_uint8(Image.fromarray(image))
    return np.ascontiguousarray(image[:, :, 0] if channels == 1 else image)


def _decode(source: bytes | PillowImage, name: str) -> NDArray[np.uint8]:
    from PIL import Image, UnidentifiedImageError

    ignore_pillow_warnings()
    try:
        if not isinstance(source, bytes):
            return to_uint8(source)
        with open_image(source) as image:
            return to_uint8(image)
    except UnidentifiedImageError:
        reason = unknown_format(source if isinstance(source, bytes) else b"")
    except Image.DecompressionBombError:
        reason = f"it has over {2 * (Image.MAX_IMAGE_PIXELS or 0) / 1e6:.0f} million pixels"
    except Exception as error:  # damaged files make decoders fail in many ways
        reason = pillow_message(error, source if isinstance(source, bytes) else b"")
    raise ImageError(f"cannot read {name}: {reason}")
