"""pipeline/cnn/training.py: seeds, and the training loop's own promises."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("skorch")

from happysad.pipeline.cnn.augmentation import Augmentation  # noqa: E402
from happysad.pipeline.cnn.networks import SmallCnn, probabilities  # noqa: E402
from happysad.pipeline.cnn.training import (  # noqa: E402
    WeightedLoss,
    has_fast_bfloat16,
    hold_out,
    seeded,
    train,
)
from happysad.utils.errors import UserError  # noqa: E402


def some_images(n: int = 12, size: int = 24) -> torch.Tensor:
    return torch.rand(n, 1, size, size, generator=torch.Generator().manual_seed(0))


def test_seeded_repeats_and_leaves_the_generator_outside_alone() -> None:
    before = torch.random.get_rng_state()
    with seeded(5):
        first = torch.rand(3)
    with seeded(5):
        second = torch.rand(3)
    assert torch.equal(first, second)
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("bfloat16", [False, True])
def test_training_separates_bright_from_dark(bfloat16: bool) -> None:
    if bfloat16 and not has_fast_bfloat16():
        pytest.skip("this processor has no bfloat16")
    y = (np.arange(64) % 2).astype(np.float32)
    images = some_images(64, 16) * 60 + 150 * torch.from_numpy(y)[:, None, None, None]
    images = images.byte().numpy()
    with seeded(0):
        net = SmallCnn(16)
        history = train(
            net,
            (images, y),
            (images, y),
            epochs=8,
            batch_size=8,
            learning_rate=3e-3,
            patience=8,
            verbose=False,
            augmentation=Augmentation(0, 0, False),
            bfloat16=bfloat16,
        )
    assert len(history) == 8
    assert history[-1]["val_accuracy"] == 1
    assert ((probabilities(net, images, mirror=False) > 0.5) == y).all()
    assert all(p.dtype == torch.float32 for p in net.parameters())


def test_training_is_silent_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    y = np.array([0, 1, 0, 1], np.float32)
    images = (some_images(4, 16) * 255).byte().numpy()
    for verbose in (False, True):
        train(
            SmallCnn(16),
            (images, y),
            (images, y),
            epochs=1,
            batch_size=4,
            learning_rate=1e-3,
            patience=1,
            verbose=verbose,
            augmentation=Augmentation(0, 0, False),
            bfloat16=False,
        )
        assert bool(capsys.readouterr().out) is verbose


def test_the_weighted_loss_is_the_plain_one_times_each_images_weight() -> None:
    logits, y = torch.tensor([0.3, -1.0, 2.0]), torch.tensor([0.0, 1.0, 1.0])
    p = torch.sigmoid(logits)
    losses = torch.stack([-torch.log(1 - p[0]), -torch.log(p[1]), -torch.log(p[2])])
    expected = (losses * torch.tensor([0.5, 3.0, 3.0])).mean()
    torch.testing.assert_close(WeightedLoss((0.5, 3.0))(logits, y), expected)
    torch.testing.assert_close(
        WeightedLoss((1.0, 1.0))(logits, y), torch.nn.BCEWithLogitsLoss()(logits, y)
    )


def test_each_class_is_held_out_and_no_row_twice() -> None:
    targets = np.array([0] * 9 + [1] * 3, np.float32)
    held, kept = hold_out(targets, 0.34, seed=0)
    assert sorted([*held, *kept]) == list(range(12))
    assert targets[held].tolist().count(1) == 1
    assert len(held) == 4
    assert hold_out(targets, 0.34, seed=0)[0].tolist() == held.tolist()
    assert any(hold_out(targets, 0.34, seed=s)[0].tolist() != held.tolist() for s in range(1, 9))
    with pytest.raises(UserError, match="at least 2 faces a class"):
        hold_out(targets[:10], 0.1, seed=0)
