"""pipeline/cnn/weights_file.py: a network of several classes, written, read as one of two."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from happysad.pipeline.cnn.weights_file import (
    PRETRAINED,
    load_all_outputs,
    load_weights,
    save_weights,
)
from happysad.utils.errors import UserError

CLASSES = ("angry", "happy", "neutral", "sad")


@pytest.fixture
def weights() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "stem.0.weight": rng.normal(size=(4, 1, 3, 3)),
        "output.weight": rng.normal(size=(4, 8)),
        "output.bias": rng.normal(size=4),
    }


def test_the_softmax_of_happy_and_sad_is_the_sigmoid_of_the_one_logit(weights, tmp_path) -> None:
    two = load_weights(save_weights(tmp_path / "w.npz", weights, CLASSES))
    assert list(two) == list(weights)
    assert all(array.dtype == np.float32 for array in two.values())
    np.testing.assert_allclose(two["stem.0.weight"], weights["stem.0.weight"], rtol=1e-3)
    x = np.random.default_rng(1).normal(size=(20, 8))
    logits = np.exp(x @ weights["output.weight"].T + weights["output.bias"])
    p_sad = 1 / (1 + np.exp(-(x @ two["output.weight"].T + two["output.bias"])))
    np.testing.assert_allclose(p_sad[:, 0], logits[:, 3] / (logits[:, 1] + logits[:, 3]), atol=5e-3)


def test_scale_and_bias_are_of_the_logit(weights, tmp_path) -> None:
    plain = load_weights(save_weights(tmp_path / "a.npz", weights, CLASSES))
    scaled = load_weights(save_weights(tmp_path / "b.npz", weights, CLASSES, 1.5, -0.25))
    np.testing.assert_allclose(scaled["output.weight"], 1.5 * plain["output.weight"], rtol=1e-6)
    np.testing.assert_allclose(scaled["output.bias"], 1.5 * plain["output.bias"] - 0.25, rtol=1e-6)


def test_the_same_weights_are_the_same_bytes_of_half_precision(weights, tmp_path) -> None:
    files = [save_weights(tmp_path / name, weights, CLASSES) for name in ("a.npz", "b.npz")]
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.npz"]
    with np.load(files[0], allow_pickle=False) as file:
        assert file["classes"].tolist() == list(CLASSES)
        assert file["layer/stem.0.weight"].dtype == np.float16


def test_all_outputs_are_as_they_were_learned(weights, tmp_path) -> None:
    read, classes = load_all_outputs(save_weights(tmp_path / "w.npz", weights, CLASSES, 2, 1))
    assert classes == list(CLASSES)
    assert list(read) == list(weights)
    np.testing.assert_allclose(read["output.weight"], weights["output.weight"], rtol=1e-3)
    np.testing.assert_allclose(read["output.bias"], weights["output.bias"], rtol=1e-3)


def test_what_cannot_be_written_is_told(weights, tmp_path) -> None:
    path = tmp_path / "w.npz"
    with pytest.raises(UserError, match="happy and sad among them"):
        save_weights(path, weights, ("a", "happy", "b", "c"))
    with pytest.raises(UserError, match="has 4 outputs and the classes happy, sad: one an output"):
        save_weights(path, weights, ("happy", "sad"))
    with pytest.raises(UserError, match=r"stem\.0\.weight has weights beyond half precision"):
        save_weights(path, {**weights, "stem.0.weight": np.array([1e6])}, CLASSES)
    assert not path.exists()


def test_a_missing_or_damaged_file_is_one_sentence(weights, tmp_path) -> None:
    with pytest.raises(UserError, match=r"w\.npz cannot be read"):
        load_weights(tmp_path / "w.npz")
    path = save_weights(tmp_path / "w.npz", weights, CLASSES)
    for broken in (path.read_bytes()[:-100], b"no archive", b""):
        path.write_bytes(broken)
        with pytest.raises(UserError, match=r"w\.npz are damaged .*install happysad again|be read"):
            load_weights(path)


def test_the_file_of_the_package_is_small_and_of_seven_expressions() -> None:
    assert PRETRAINED.stat().st_size < 1_500_000
    with np.load(Path(PRETRAINED), allow_pickle=False) as file:
        names = file["classes"].tolist()
    assert names == ["angry", "disgust", "fear", "happy", "neutral", "sad", "surprise"]
    assert load_weights()["output.weight"].shape == (1, 128)
