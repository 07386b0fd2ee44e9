"""Ridge regression with leave-one-out answers, against refitting."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.pipeline.left_out import ridge_left_out


def _plain(columns: np.ndarray, target: np.ndarray, weight: np.ndarray) -> np.ndarray:
    gram = (columns * weight) @ columns.T + 0.3 * np.eye(len(columns))
    return np.linalg.solve(gram, columns @ (weight * target))


@pytest.mark.parametrize("weighted", [False, True])
def test_it_says_what_fits_without_each_sample_say(weighted: bool) -> None:
    rng = np.random.default_rng(0)
    columns = rng.normal(size=(5, 30)).astype(np.float32)
    target = rng.normal(size=30)
    weight = rng.uniform(0.2, 3, 30) if weighted else np.ones(30)
    found, left_out = ridge_left_out(columns, target, weight, 0.3)
    np.testing.assert_allclose(found, _plain(columns, target, weight), rtol=1e-4)
    for i in range(30):
        kept = np.arange(30) != i
        without = _plain(columns[:, kept], target[kept], weight[kept])
        assert left_out[i] == pytest.approx(columns[:, i] @ without, abs=1e-3)


def test_more_samples_than_are_taken_at_once() -> None:
    rng = np.random.default_rng(1)
    columns = rng.normal(size=(3, 2500)).astype(np.float32)
    target = rng.normal(size=2500)
    found, left_out = ridge_left_out(columns, target, np.ones(2500), 0.3)
    np.testing.assert_allclose(found, _plain(columns, target, np.ones(2500)), atol=1e-4)
    assert left_out.shape == (2500,)
