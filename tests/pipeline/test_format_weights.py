"""Weights that keep the format of a file from telling its label."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from happysad.features.errors import UserError
from happysad.pipeline.format_weights import format_weights

# Like muxspace: the format all but gives the label away.
CELLS = {
    ("web", "grey", "happy"): 60, ("web", "grey", "sad"): 40,
    ("news", "large", "happy"): 48, ("news", "large", "sad"): 2,
    ("news", "small", "happy"): 20, ("news", "small", "sad"): 30,
}  # fmt: skip
SHARES = {"web": 0.5, "news": 0.5}


def columns(cells: dict[tuple[str, str, str], int]) -> list[list[str]]:
    rows = [cell for cell, n in cells.items() for _ in range(n)]
    return [list(column) for column in zip(*rows, strict=True)]


def sums(weights, cells) -> dict[tuple[str, str, str], float]:
    rows = list(zip(*columns(cells), strict=True))
    return {cell: sum(w for w, row in zip(weights, rows, strict=True) if row == cell)
            for cell in cells}  # fmt: skip


def test_by_hand_without_a_limit():
    found = sums(format_weights(*columns(CELLS), SHARES, most=1000.0), CELLS)
    assert found == pytest.approx({
        ("web", "grey", "happy"): 50, ("web", "grey", "sad"): 50,
        ("news", "large", "happy"): 25, ("news", "large", "sad"): 25,
        ("news", "small", "happy"): 25, ("news", "small", "sad"): 25,
    })  # fmt: skip


def test_no_image_counts_more_than_allowed_and_the_other_class_gives_way():
    weights = format_weights(*columns(CELLS), SHARES, most=5.0)
    found = sums(weights, CELLS)
    assert weights.max() == pytest.approx(5.0)
    assert found["news", "large", "sad"] == pytest.approx(10)
    assert found["news", "large", "happy"] == pytest.approx(10)
    assert found["news", "small", "sad"] == pytest.approx(25)


def test_shares_are_ratios():
    one = format_weights(*columns(CELLS), {"web": 0.8, "news": 0.2}, 99.0)
    same = format_weights(*columns(CELLS), {"web": 8, "news": 2, "absent": 50}, 99.0)
    np.testing.assert_allclose(one, same)
    web = sum(v for (name, *_), v in sums(one, CELLS).items() if name == "web")
    assert web == pytest.approx(0.8 * 200)


def test_a_format_of_one_class_gets_nothing():
    cells = CELLS | {("news", "drawn", "happy"): 7}
    found = sums(format_weights(*columns(cells), SHARES, 1000.0), cells)
    assert found["news", "drawn", "happy"] == 0
    assert found["news", "small", "happy"] == pytest.approx(found["news", "small", "sad"])


def test_a_balanced_set_is_left_as_it_is():
    cells = {("web", "grey", "happy"): 9, ("web", "grey", "sad"): 9}
    np.testing.assert_allclose(format_weights(*columns(cells), {"web": 1.0}, 3.0), 1.0)


@given(
    st.lists(st.integers(1, 12), min_size=6, max_size=6),
    st.floats(0.05, 0.95),
    st.floats(1, 20),
)
def test_the_format_never_tells_the_label(numbers, share, most):
    cells = dict(zip(CELLS, numbers, strict=True))
    weights = format_weights(*columns(cells), {"web": share, "news": 1 - share}, most)
    found = sums(weights, cells)
    for source, form, _ in cells:
        assert found[source, form, "happy"] == pytest.approx(found[source, form, "sad"])
    assert weights.min() > 0
    assert weights.max() <= most * (1 + 1e-9)
    assert weights.sum() <= len(weights) * (1 + 1e-9)


def test_mistakes_are_one_sentence():
    with pytest.raises(UserError, match="news has no share"):
        format_weights(*columns(CELLS), {"web": 1.0}, 5.0)
    with pytest.raises(UserError, match=r"most = 0\.5"):
        format_weights(*columns(CELLS), SHARES, 0.5)
    with pytest.raises(UserError, match="no format has both"):
        format_weights(["a"], ["grey"], ["sad"], {"a": 1.0}, 5.0)
