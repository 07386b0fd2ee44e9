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

COMMON = 0.1  # share of a data set's images from which on a format stands by itself

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
    names = {form: "{} {}x{}".format(*form) for form in common}
    for colour in ("grey", "colour"):
        others = [form for form in forms if form[0] == colour and form not in common]
        size = ""
        if common and others:
            area = median(width * height for _, width, height in others)
            size = "small " if area < common[0][1] * common[0][2] else "large "
        names |= dict.fromkeys(others, f"{size}{colour}")
    return [names[form] for form in forms]
