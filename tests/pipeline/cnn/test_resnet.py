"""pipeline/cnn/resnet.py: layers, shapes, and how a block starts."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from happysad.pipeline.cnn.resnet import ResidualBlock, ResNet  # noqa: E402


@pytest.mark.parametrize(("size", "channels"), [(8, 1), (48, 1), (64, 3), (21, 1)])
def test_any_size_gives_one_logit(size: int, channels: int) -> None:
    net = ResNet(channels=channels).eval()
    assert net(torch.rand(3, channels, size, size)).shape == (3, 1)


def test_layers_are_those_documented() -> None:
    net = ResNet()
    convolutions = [m for m in net.modules() if isinstance(m, torch.nn.Conv2d)]
    three = [m for m in convolutions if m.kernel_size == (3, 3)]
    assert len(three) == 13
    assert [m.out_channels for m in three] == [32] * 5 + [64] * 4 + [128] * 4
    assert all(m.bias is None for m in convolutions)
    assert sum(m.kernel_size == (1, 1) for m in convolutions) == 2
    maps = net.eval().blocks(net.stem(torch.rand(1, 1, 48, 48)))
    assert maps.shape == (1, 128, 6, 6)


def test_a_block_starts_as_its_shortcut() -> None:
    net = ResNet().train()
    maps = torch.rand(4, 32, 12, 12)
    torch.testing.assert_close(net.blocks[0](maps), maps)


def test_a_block_adds_its_input() -> None:
    block = ResidualBlock(8, 8, 1).eval()
    torch.nn.init.zeros_(block.conv2.weight)
    maps = torch.rand(2, 8, 6, 6)
    torch.testing.assert_close(block(maps), maps)
    assert ResidualBlock(8, 16, 2).eval()(maps).shape == (2, 16, 3, 3)


def test_starts_undecided() -> None:
    assert ResNet().eval()(torch.rand(5, 1, 48, 48)).abs().max() < 1
