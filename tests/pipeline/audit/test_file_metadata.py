from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from happysad.pipeline.audit.file_metadata import file_facts
from happysad.utils.image_decoding import ImageError


def test_facts_by_hand(tmp_path: Path) -> None:
    half = np.zeros((20, 40), np.uint8)
    half[:, 20:] = 100
    Image.fromarray(half).save(tmp_path / "grey.png")
    Image.fromarray(half).convert("RGB").save(tmp_path / "grey.jpg", quality=95)
    colour = np.zeros((10, 10, 3), np.uint8)
    colour[..., 0] = 200
    Image.fromarray(colour).save(tmp_path / "red.bmp")
    facts = file_facts([tmp_path / name for name in ("grey.png", "grey.jpg", "red.bmp")])
    assert facts.columns.tolist() == [
        "width", "height", "colour", "format", "bytes per pixel", "sharpness", "brightness",
        "contrast",
    ]  # fmt: skip
    assert facts["width"].tolist() == [40, 40, 10]
    assert facts["height"].tolist() == [20, 20, 10]
    assert facts["colour"].tolist() == ["grey", "grey", "colour"]
    assert facts["format"].tolist() == ["PNG", "JPEG", "BMP"]
    assert facts.loc[0, "brightness"] == facts.loc[0, "contrast"] == 50
    assert facts.loc[0, "sharpness"] > facts.loc[2, "sharpness"] == 0
    size = (tmp_path / "red.bmp").stat().st_size
    assert facts.loc[2, "bytes per pixel"] == size / 100


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "x.png").touch()
    with pytest.raises(ImageError, match="empty"):
        file_facts([tmp_path / "x.png"])
