"""Boxes and words over a picture."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.output.drawing import COLORS, OTHER, Mark, draw_marks, draw_note

BOX = (100, 120, 180, 200)


def canvas(shade=90):
    return np.full((300, 400, 3), shade, np.uint8)


def holds(part, color):
    return bool((part.reshape(-1, 3) == color).all(axis=1).any())


def contrast(one, other):
    """Of two colours, by WCAG 2."""

    def light(color):
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in (value / 255 for value in color)
        ]
        return np.dot(linear, [0.2126, 0.7152, 0.0722]) + 0.05

    high, low = sorted((light(one), light(other)), reverse=True)
    return high / low


@pytest.mark.parametrize("ground", [(0, 0, 0), (255, 255, 255), COLORS["happy"][0]])
def test_words_can_be_read_on_any_background(ground):
    image = np.full((300, 400, 3), ground, np.uint8)
    for label, (plate, ink) in (*COLORS.items(), ("unsure", OTHER)):
        assert contrast(plate, ink) >= 4.5
        drawn = draw_marks(image, [Mark(BOX, label, f"{label} 0.50")])
        above = drawn[70:118, 95:200]
        assert holds(above, plate)
        assert holds(above, ink)


def test_the_box_is_where_the_face_is():
    drawn = draw_marks(canvas(), [Mark(BOX, "sad", "sad 0.01")])
    changed = (drawn != canvas()).any(axis=2)
    assert holds(drawn[118:123, 100:180], COLORS["sad"][0])
    assert holds(drawn[120:200, 178:182], COLORS["sad"][0])
    assert not changed[130:190, 110:170].any()  # the face stays as it is
    assert not changed[210:].any()


def test_the_picture_given_is_left_alone_and_grey_becomes_rgb():
    image = np.full((300, 400), 90, np.uint8)
    drawn = draw_marks(image, [Mark(BOX, "happy", "happy 0.99")])
    assert drawn.shape == (300, 400, 3)
    assert (image == 90).all()
    given = canvas()
    draw_marks(given, [Mark(BOX, "happy", "happy 0.99")])
    np.testing.assert_array_equal(given, canvas())
    np.testing.assert_array_equal(draw_marks(given, []), canvas())


@pytest.mark.parametrize(
    "box", [(-30, -20, 40, 40), (370, 270, 440, 340), (0, 0, 400, 300), (150, 2, 160, 12)]
)
def test_words_stay_within_the_picture(box):
    drawn = draw_marks(canvas(), [Mark(box, "sad", "sad 0.03")])
    assert drawn.shape == (300, 400, 3)
    plates = (drawn == COLORS["sad"][1]).all(axis=2)
    inked = plates & (np.roll(drawn, 2, axis=1) == COLORS["sad"][0]).all(axis=2)
    assert inked.any()


def test_the_words_of_two_faces_do_not_cover_each_other():
    marks = [
        Mark((100, 120, 180, 200), "happy", "happy 0.90"),
        Mark((140, 125, 220, 205), "sad", "sad 0.10"),
    ]
    both = draw_marks(canvas(), marks)
    for mark in marks:
        alone = draw_marks(canvas(), [mark])
        inked, still = ((d == COLORS[mark.label][0]).all(axis=2).sum() for d in (alone, both))
        assert still > 0.85 * inked


def test_a_picture_smaller_than_the_words_is_no_trouble():
    tiny = np.zeros((12, 10, 3), np.uint8)
    assert draw_marks(tiny, [Mark((2, 2, 8, 9), "happy", "happy 1.00")]).shape == tiny.shape
    assert draw_note(tiny, "no face").shape == tiny.shape


def test_a_note_stands_in_the_corner():
    changed = (draw_note(canvas(), "no face") != canvas()).any(axis=2)
    assert changed[:40, :100].any()
    assert not changed[60:].any()
