"""The README's pictures: of built-in faces, and as the commands draw them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from happysad.experiments.end_to_end import browser as page_browser
from happysad.experiments.maintenance import readme_figures as draw_readme
from happysad.pipeline import predict_images
from happysad.utils.errors import UserError


def test_the_photo_shows_happy_sad_and_unsure_faces(tmp_path):
    photo = draw_readme.save_photo(tmp_path / "photo.jpg")
    faces = predict_images([photo], max_error=float(draw_readme.MAX_ERROR))
    left_to_right = faces.sort_values("left")["label"].tolist()
    assert left_to_right == ["happy", "sad", "unsure", "happy"]


def test_the_annotated_photo_is_the_photo_with_boxes(tmp_path):
    photo = draw_readme.save_photo(tmp_path / "photo.jpg")
    draw_readme.annotated_photo(tmp_path / "drawn" / "predict.jpg")
    with Image.open(tmp_path / "drawn" / "predict.jpg") as drawn, Image.open(photo) as plain:
        assert drawn.size == plain.size == (draw_readme.WIDTH, draw_readme.HEIGHT)
        colors = drawn.convert("RGB").getcolors(1 << 24)
    assert any(_near(color, (230, 159, 0)) for _, color in colors)
    assert any(_near(color, (0, 114, 178)) for _, color in colors)


def _near(color: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) < 25 for a, b in zip(color, other, strict=True))


def test_the_timeline_is_drawn_by_the_command(tmp_path, monkeypatch, image_is_drawn):
    monkeypatch.setattr(draw_readme, "FRAMES", 12)
    draw_readme.timeline(tmp_path / "timeline.png")
    assert image_is_drawn(tmp_path / "timeline.png")


def test_without_a_browser_the_page_is_left_as_it_is(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(draw_readme, "annotated_photo", drawn.append)
    monkeypatch.setattr(draw_readme, "timeline", drawn.append)
    monkeypatch.setattr(page_browser, "missing", lambda: "Chromium")
    result = CliRunner().invoke(draw_readme.main, [str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert [path.name for path in drawn] == ["predict.jpg", "timeline.png"]
    assert "page.jpg is left as it is: not found: Chromium" in result.stderr


def test_a_command_that_fails_is_one_sentence():
    with pytest.raises(UserError, match=r"^happysad predict failed: there is no image"):
        draw_readme.run("predict", "no.jpg")


def test_the_pictures_in_the_documents_are_these():
    docs = Path(__file__).resolve().parents[3] / "docs"
    for name in ("predict.jpg", "page.jpg", "timeline.png"):
        with Image.open(docs / name) as picture:
            assert min(picture.size) > 300
