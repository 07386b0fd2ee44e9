"""Pictures to try the page with: built-in faces, of nobody."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

import numpy as np
from PIL import Image

from happysad.pipeline.demo.demo_faces import make_demo_faces

SAMPLES = {"happy": (0,), "sad": (1,), "three": (3, 4, 5)}
"""Name to the faces in it, by their numbers among those that are drawn."""

_SIDE, _MARGIN, _GREY = 240, 40, 150


@lru_cache
def sample_png(name: str) -> bytes:
    """A picture of ``SAMPLES`` as a PNG file: its faces side by side on grey; KeyError if unknown.

    Examples
    --------
    >>> sample_png("happy")[1:4]
    b'PNG'
    """
    numbers = SAMPLES[name]
    faces, _ = make_demo_faces(6, random_state=3, size=_SIDE, variation=0.3)
    framed = [np.pad(faces[number], _MARGIN, constant_values=_GREY) for number in numbers]
    stream = BytesIO()
    Image.fromarray(np.hstack(framed)).save(stream, "PNG")
    return stream.getvalue()
