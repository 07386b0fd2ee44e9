"""Facts about image files that need no face: size, format, sharpness, brightness."""

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


def file_facts(paths: Sequence[str | Path]) -> pd.DataFrame:
    """Facts of image files, one row each, in their order; ImageError where one cannot be read.

    ``width`` and ``height`` in pixels, ``colour`` ("grey" or "colour": whether the channels
    differ), ``format`` ("JPEG", "PNG"), ``bytes per pixel`` of the file, ``sharpness`` (standard
    deviation of the Laplacian, in grey values), ``brightness`` and ``contrast`` (mean and standard
    deviation of the grey values).
    """
    import pandas as pd

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as threads:
        return pd.DataFrame(list(threads.map(_facts, paths)))


def _facts(path: str | Path) -> dict[str, int | float | str]:
    import cv2
    from PIL import Image

    image = read_image(path)
    gray = to_gray(image)
    height, width = gray.shape
    with Image.open(path) as opened:
        file_format = opened.format or "unknown"
    # JPEG brings grey pictures back as three channels that differ by a grey value or two.
    spread = int(np.ptp(image, axis=2).max()) if image.ndim == 3 else 0
    return {
        "width": width,
        "height": height,
        "colour": "colour" if spread > 4 else "grey",
        "format": file_format,
        "bytes per pixel": Path(path).stat().st_size / (width * height),
        "sharpness": float(cv2.Laplacian(gray, cv2.CV_32F).std()),
        "brightness": float(gray.mean()),
        "contrast": float(gray.std()),
    }
