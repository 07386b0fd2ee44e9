"""pipeline/cnn/pretraining.py: several classes learned, averaged, and published as two."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from happysad.pipeline.cnn.weights_file import load_weights
from happysad.utils.errors import UserError

torch = pytest.importorskip("torch")

from happysad.pipeline.cnn.networks import ResNet, load_weights as load, probabilities, weights_of  # noqa: E402, I001
from happysad.pipeline.cnn.pretraining import class_logits, pretrain, publish_weights  # noqa: E402

CLASSES = ["happy", "neutral", "sad"]


def drawn(n: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """A bright square, high, in the middle or low: a class each."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 100, (n, 1, 16, 16)).astype(np.uint8)
    targets = np.arange(n) % 3
    for image, target in zip(images, targets, strict=True):
        image[0, 1 + 5 * target : 5 + 5 * target, 6:10] = 250
    return images, targets.astype(np.int64)


@pytest.fixture(scope="module")
def network() -> torch.nn.Module:
    return pretrain(*drawn(384, 0), 3, epochs=10)


def test_classes_are_learned(network: torch.nn.Module) -> None:
    images, targets = drawn(60, 1)
    logits = class_logits(network, images)
    assert logits.shape == (60, 3)
    assert (logits.argmax(1) == targets).mean() > 0.8
    np.testing.assert_allclose(class_logits(network, images[..., ::-1].copy()), logits, atol=1e-4)
    assert len(class_logits(network, images[:0])) == 0


def test_the_seed_decides_and_epochs_are_reported() -> None:
    images, targets = drawn(40, 2)
    told: list[tuple[int, float]] = []
    networks = [
        pretrain(
            images, targets, 3, epochs=2, seed=seed, report=lambda e, x, _: told.append((e, x))
        )
        for seed in (1, 1, 2)
    ]
    first, again, other = (class_logits(one, images) for one in networks)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert [epoch for epoch, _ in told] == [1, 2] * 3
    assert all(0 < loss < 3 for _, loss in told)


def test_it_goes_on_from_weights(network: torch.nn.Module) -> None:
    images, targets = drawn(40, 2)
    on = pretrain(images, targets, 3, epochs=1, start=weights_of(network), learning_rate=1e-9)
    np.testing.assert_allclose(
        class_logits(on, images), class_logits(network, images), rtol=0.1, atol=0.1
    )


def test_the_published_weights_are_calibrated_on_happy_and_sad(network, tmp_path) -> None:
    images, targets = drawn(120, 3)
    labels = np.array(CLASSES)[targets]
    labels[:30] = np.random.default_rng(0).permutation(labels[:30])  # a quarter says nothing
    scale, bias = publish_weights(tmp_path / "w.npz", network, CLASSES, images, labels)
    module = load(ResNet(), load_weights(tmp_path / "w.npz"))
    rows = labels != "neutral"
    p_sad = probabilities(module, images[rows], mirror=True)
    outputs = class_logits(network, images[rows])
    expected = 1 / (1 + np.exp(-(scale * (outputs[:, 2] - outputs[:, 0]) + bias)))
    np.testing.assert_allclose(p_sad, expected, atol=0.02)
    assert p_sad.mean() == pytest.approx((labels[rows] == "sad").mean(), abs=0.02)


def test_it_takes_both_classes(network, tmp_path) -> None:
    images, _ = drawn(4, 4)
    with pytest.raises(UserError, match="fitted on happy and sad faces: give some"):
        publish_weights(tmp_path / "w.npz", network, CLASSES, images, np.array(["happy"] * 4))
    assert not list(tmp_path.iterdir())
