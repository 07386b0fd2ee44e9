"""The README's pictures: of built-in faces, and as the commands draw them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from happysad.experiments.maintenance import readme_figures
from happysad.pipeline import predict_images
from happysad.utils.errors import UserError


@pytest.mark.slow
def test_the_photo_shows_happy_sad_and_unsure_faces(tmp_path):
    photo = readme_figures.save_photo(tmp_path / "photo.jpg")
    faces = predict_images([photo])
    left_to_right = faces.sort_values("left")["label"].tolist()
    assert left_to_right == ["happy", "sad", "unsure", "happy"]


@pytest.mark.process
@pytest.mark.slow
def test_pictures_are_drawn_by_the_commands(tmp_path, monkeypatch, image_is_drawn):
    monkeypatch.setattr(readme_figures, "FRAMES", 12)
    monkeypatch.setattr(readme_figures, "missing", lambda: "Chromium")
    result = CliRunner().invoke(readme_figures.main, [str(tmp_path / "new")])
    assert result.exit_code == 0, result.output
    assert "page.jpg is left as it is: not found: Chromium" in result.stderr
    pictures = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert pictures == ["predict.jpg", "timeline.png"]
    assert image_is_drawn(tmp_path / "new" / "timeline.png")
    pixels = np.asarray(Image.open(tmp_path / "new" / "predict.jpg").convert("RGB")).astype(int)
    assert pixels.shape == (readme_figures.HEIGHT, readme_figures.WIDTH, 3)
    for color in ((230, 159, 0), (0, 114, 178)):  # of the boxes
        assert (np.abs(pixels - color).max(axis=2) < 25).any(), color
    with pytest.raises(UserError, match=r"^happysad predict failed"):
        readme_figures.run("predict", "no.jpg")


def test_the_pictures_in_the_documents_are_these():
    docs = Path(__file__).resolve().parents[3] / "docs"
    for name in ("predict.jpg", "page.jpg", "timeline.png"):
        with Image.open(docs / name) as picture:
            assert min(picture.size) > 300
