"""The sheet of one built-in face under all changes."""

from __future__ import annotations

from happysad.experiments.reporting.figures.perturbation_sheet import save_contact_sheet


def test_a_picture_with_a_column_for_each_change(tmp_path, image_is_drawn):
    from PIL import Image

    widths = []
    for changes in (["dark"], ["dark", "shift", "cover mouth"]):
        path = tmp_path / f"{len(changes)}.png"
        save_contact_sheet(path, changes)
        assert image_is_drawn(path)
        with Image.open(path) as picture:
            widths.append(picture.size)
    assert widths[0] == widths[1]


def test_the_same_seed_gives_the_same_picture(tmp_path):
    for name in ("a", "b"):
        save_contact_sheet(tmp_path / f"{name}.png", ["noise"])
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
