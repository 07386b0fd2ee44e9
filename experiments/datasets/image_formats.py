"""Which images of a data set have the same format, and the data set cut by it.

Where a format holds more of one class than another format does, it gives the label away: a
model is then to be measured on each format by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from happysad.utils.image_decoding import ImageError

COMMON = 0.1
"""The share of a data set's images from which on a format stands by itself."""

Form = tuple[str, int, int]


def image_form(path: str | Path) -> Form:
    """ "grey" or "colour" as the file says, width and height in pixels; its pixels are not read.

    Raises
    ------
    ImageError
        The file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as home:
    ...     Image.new("L", (48, 40)).save(f"{home}/face.png")
    ...     image_form(f"{home}/face.png")
    ('grey', 48, 40)
    """
    from PIL import Image

    try:
        with Image.open(path) as image:
            grey = image.mode in ("1", "L", "LA", "I", "F") or image.mode.startswith("I;")
            return "grey" if grey else "colour", image.width, image.height
    except OSError as error:
        raise ImageError(f"cannot read the image {path}: {error}") from None


def format_names(forms: Sequence[Form]) -> list[str]:
    """The name of each image's format.

    A size and colour that many of the images have is a format ("grey 350x350"). All others are
    put together by colour, as "small colour" or "large colour" by their median area beside that
    of the commonest format.

    Examples
    --------
    >>> format_names([("grey", 350, 350)] * 12 + [("colour", 60, 80)])
    ['grey 350x350', ..., 'small colour']
    """
    counts = Counter(forms)
    common = [form for form, n in counts.most_common() if n >= COMMON * len(forms)]
    others: dict[str, list[int]] = {}
    for colour, width, height in forms:
        if (colour, width, height) not in common:
            others.setdefault(colour, []).append(width * height)
    names = {colour: f"{_size(areas, common)}{colour}" for colour, areas in others.items()}
    return [f"{f[0]} {f[1]}x{f[2]}" if f in common else names[f[0]] for f in forms]


def _size(areas: list[int], common: Sequence[Form]) -> str:
    """ "small " or "large " beside the commonest format; nothing where there is none."""
    if not common:
        return ""
    _, width, height = common[0]
    return "small " if median(areas) < width * height else "large "
