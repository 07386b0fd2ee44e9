"""pipeline/cnn/small_net.py: layers, resizing and weights."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("skorch")

from happysad.pipeline.cnn.small_net import (  # noqa: E402
    SmallCnn,
    build,
    load_weights,
    probabilities,
    threads,
    to_input,
    to_unit,
    weights_of,
)


def some_images(n: int = 12, size: int = 24) -> torch.Tensor:
    return torch.rand(n, 1, size, size, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("input_size", [16, 48, 128])
def test_layers_are_those_documented(input_size: int) -> None:
    net = SmallCnn(input_size)
    kinds = [type(layer).__name__ for layer in net.maps]
    assert kinds == ["Conv2d", "ReLU", "MaxPool2d"] * 3
    convolutions = [layer for layer in net.maps if isinstance(layer, torch.nn.Conv2d)]
    assert [c.out_channels for c in convolutions] == [32, 64, 128]
    assert [c.in_channels for c in convolutions] == [1, 32, 64]
    assert {c.kernel_size for c in convolutions} == {(3, 3)}
    assert {layer.kernel_size for layer in net.maps if hasattr(layer, "ceil_mode")} == {2}
    assert net.dense.out_features == net.output.in_features == 128
    assert net.output.out_features == 1
    side = input_size // 8
    assert net.maps(torch.zeros(2, 1, input_size, input_size)).shape == (2, 128, side, side)
    assert net(torch.zeros(2, 1, input_size, input_size)).shape == (2, 1)


def test_resizing_keeps_flat_images_flat_and_halves_by_averaging() -> None:
    flat = np.full((3, 96, 96), 77, np.uint8)
    assert (to_input(flat, 48) == 77).all()
    assert to_input(flat[:0], 48).shape == (0, 1, 48, 48)
    crops = np.random.default_rng(0).integers(0, 256, (300, 24, 24)).astype(np.uint8)
    np.testing.assert_array_equal(to_input(crops, 24)[:, 0].numpy(), crops)
    small = to_input(crops, 12)[:, 0].numpy().astype(float)
    means = crops.reshape(300, 12, 2, 12, 2).mean((2, 4))
    assert np.corrcoef(small.ravel(), means.ravel())[0, 1] > 0.9
    assert to_unit(to_input(crops, 12)).max() <= 1


def test_read_only_and_strided_crops_are_taken() -> None:
    crops = np.zeros((4, 32, 32), np.uint8)[::-1]
    crops.setflags(write=False)
    assert to_input(crops, 16).shape == (4, 1, 16, 16)


def test_weights_go_round() -> None:
    first, second = SmallCnn(16), SmallCnn(16)
    kept = weights_of(first)
    assert all(isinstance(a, np.ndarray) and a.dtype == np.float32 for a in kept.values())
    images = (some_images(3, 16) * 255).to(torch.uint8)
    before = probabilities(second, images, mirror=False)
    after = probabilities(load_weights(second, kept), images, mirror=False)
    np.testing.assert_allclose(after, probabilities(first, images, mirror=False), atol=1e-7)
    assert not np.array_equal(before, after)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("architecture", ["small", "resnet"])
def test_weights_of_either_architecture_go_round(architecture: str, channels: int) -> None:
    first, second = (build(architecture, 16, channels) for _ in range(2))
    images = torch.rand(5, channels, 16, 16)
    first.train()(images)  # moves the means of batch norm
    kept = weights_of(first)
    assert all(a.dtype == np.float32 and a.ndim for a in kept.values())
    load_weights(second, kept)
    torch.testing.assert_close(second.eval()(images), first.eval()(images))
    kept.popitem()
    with pytest.raises(RuntimeError, match="Missing"):
        load_weights(second, kept)


def test_threads_are_put_back_even_after_an_error() -> None:
    before = torch.get_num_threads()

    def fail() -> None:
        with threads(before + 1):
            assert torch.get_num_threads() == before + 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert torch.get_num_threads() == before
