"""What can be said of an image file without looking for a face in it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from happysad.utils.image_decoding import read_image, to_gray

if TYPE_CHECKING:
    import pandas as pd

FACTS = (
    "width", "height", "colour", "format", "bytes per pixel", "sharpness", "brightness", "contrast",
)  # fmt: skip


def file_facts(paths: Sequence[str | Path]) -> pd.DataFrame:
    """Facts of image files, one row each, in their order.

    Parameters
    ----------
    paths : sequence of str or Path
        Files that can be read.

    Returns
    -------
    pandas.DataFrame
        ``width`` and ``height`` in pixels, ``colour`` ("grey" or "colour": whether the channels
        differ), ``format`` ("JPEG", "PNG"), ``bytes per pixel`` of the file, ``sharpness``
        (standard deviation of the Laplacian, in grey values), ``brightness`` and ``contrast``
        (mean and standard deviation of the grey values).

    Raises
    ------
    ImageError
        A file cannot be read.
    """
    import pandas as pd

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as threads:
        rows = list(threads.map(_facts, paths))
    return pd.DataFrame(rows, columns=pd.Index(FACTS))


def _facts(path: str | Path) -> tuple[int, int, str, str, float, float, float, float]:
    import cv2
    from PIL import Image

    image = read_image(path)
    gray = to_gray(image)
    with Image.open(path) as opened:
        kind = opened.format or "unknown"
    height, width = gray.shape
    # JPEG brings grey pictures back as three channels that differ by a grey value or two.
    spread = int(np.ptp(image, axis=2).max()) if image.ndim == 3 else 0
    return (
        width,
        height,
        "colour" if spread > 4 else "grey",
        kind,
        Path(path).stat().st_size / (width * height),
        float(cv2.Laplacian(gray, cv2.CV_32F).std()),
        float(gray.mean()),
        float(gray.std()),
    )
