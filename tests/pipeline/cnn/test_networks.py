"""pipeline/cnn/networks.py: layers, shapes and weights."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from happysad.pipeline.cnn.networks import (  # noqa: E402
    ResidualBlock,
    ResNet,
    SmallCnn,
    build,
    load_weights,
    probabilities,
    threads,
    weights_of,
)


def test_layers_of_the_small_cnn_are_those_documented() -> None:
    for input_size in (16, 48, 128):
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
        images = torch.zeros(2, 1, input_size, input_size)
        assert net.maps(images).shape == (2, 128, side, side)
        assert net(images).shape == (2, 1)


def test_layers_of_the_resnet_are_those_documented() -> None:
    net = ResNet()
    convolutions = [m for m in net.modules() if isinstance(m, torch.nn.Conv2d)]
    three = [m for m in convolutions if m.kernel_size == (3, 3)]
    assert len(three) == 13
    assert [m.out_channels for m in three] == [32] * 5 + [64] * 4 + [128] * 4
    assert all(m.bias is None for m in convolutions)
    assert sum(m.kernel_size == (1, 1) for m in convolutions) == 2
    maps = net.eval().blocks(net.stem(torch.rand(1, 1, 48, 48)))
    assert maps.shape == (1, 128, 6, 6)
    for size, channels in ((8, 1), (48, 1), (64, 3), (21, 1)):
        images = torch.rand(3, channels, size, size)
        assert ResNet(channels=channels).eval()(images).shape == (3, 1)


def test_the_resnet_starts_undecided_and_its_blocks_as_their_shortcuts() -> None:
    net = ResNet()
    assert net.eval()(torch.rand(5, 1, 48, 48)).abs().max() < 1
    maps = torch.rand(4, 32, 12, 12)
    torch.testing.assert_close(net.train().blocks[0](maps), maps)


def test_a_block_adds_its_input() -> None:
    block = ResidualBlock(8, 8, 1).eval()
    torch.nn.init.zeros_(block.conv2.weight)
    maps = torch.rand(2, 8, 6, 6)
    torch.testing.assert_close(block(maps), maps)
    assert ResidualBlock(8, 16, 2).eval()(maps).shape == (2, 16, 3, 3)


def test_weights_are_kept_as_arrays_and_loaded_again() -> None:
    for architecture, channels in product(("small", "resnet"), (1, 3)):
        first, second = (build(architecture, 16, channels) for _ in range(2))
        images = np.random.default_rng(0).integers(0, 256, (5, channels, 16, 16), np.uint8)
        first.train()(torch.from_numpy(images).float() / 255)  # moves the means of batch norm
        kept = weights_of(first)
        assert all(type(a) is np.ndarray and a.dtype == np.float32 for a in kept.values())
        assert all(a.ndim and a.flags.c_contiguous for a in kept.values())
        before = probabilities(second, images, mirror=False)
        after = probabilities(load_weights(second, kept), images, mirror=False)
        np.testing.assert_allclose(after, probabilities(first, images, mirror=False), atol=1e-7)
        assert not np.array_equal(before, after)
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
