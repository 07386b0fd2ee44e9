"""pipeline/cnn/training.py: augmentation, seeds, and the training loop's own promises."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("skorch")

from happysad.pipeline.cnn.networks import SmallCnn, probabilities  # noqa: E402
from happysad.pipeline.cnn.training import (  # noqa: E402
    Augmentation,
    WeightedLoss,
    has_fast_bfloat16,
    hold_out,
    seeded,
    train,
)
from happysad.utils.errors import UserError  # noqa: E402


def some_images(n: int = 12, size: int = 24) -> torch.Tensor:
    return torch.rand(n, 1, size, size, generator=torch.Generator().manual_seed(0))


def test_augmentation_keeps_shape_and_range_and_differs() -> None:
    images = some_images()
    with seeded(1):
        once, twice = (Augmentation(15, 0.2, True)(images) for _ in range(2))
    assert once.shape == images.shape
    assert once.min() >= 0
    assert once.max() <= 1
    for i in range(len(images)):
        assert not torch.allclose(once[i], images[i], atol=1e-3)
        assert not torch.allclose(once[i], twice[i], atol=1e-3)


def test_augmentation_follows_the_seed() -> None:
    images = some_images()
    with seeded(1):
        once = Augmentation(15, 0.2, True)(images)
    with seeded(1):
        again = Augmentation(15, 0.2, True)(images)
    assert torch.equal(once, again)


def test_augmentation_of_nothing_changes_nothing() -> None:
    images = some_images()
    torch.testing.assert_close(Augmentation(0, 0, False)(images), images, atol=1e-5, rtol=0)


def test_flip_alone_gives_the_image_or_its_mirror_image() -> None:
    images = some_images(40)
    with seeded(2):
        out = Augmentation(0, 0, True)(images)
    flipped = [torch.allclose(a, b.flip(2), atol=1e-4) for a, b in zip(out, images, strict=True)]
    same = [torch.allclose(a, b, atol=1e-4) for a, b in zip(out, images, strict=True)]
    assert all(f != s for f, s in zip(flipped, same, strict=True))
    assert 8 < sum(flipped) < 32


def test_zoom_and_rotation_stay_within_bounds() -> None:
    """A dot moves no farther than the largest turn and zoom allow, and does move."""
    size, radius = 65, 24
    image = torch.zeros(200, 1, size, size)
    image[:, :, 32 - 1 : 32 + 2, 32 + radius - 1 : 32 + radius + 2] = 1
    with seeded(3):
        out = Augmentation(10, 0.1, False)(image)[:, 0]
    ys, xs = torch.meshgrid(torch.arange(size) - 32.0, torch.arange(size) - 32.0, indexing="ij")
    mass = out.sum((1, 2))
    y, x = (out * ys).sum((1, 2)) / mass, (out * xs).sum((1, 2)) / mass
    distance, angle = torch.hypot(x, y) / radius, torch.rad2deg(torch.atan2(y, x))
    assert 0.88 < distance.min() < 0.93
    assert 1.07 < distance.max() < 1.12
    assert 9 < angle.max() < 10.5
    assert -10.5 < angle.min() < -9


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


def test_augmentation_turns_all_colours_alike() -> None:
    gray = some_images(6)
    with seeded(4):
        out = Augmentation(15, 0.2, True)(gray.repeat(1, 3, 1, 1))
    assert out.shape == (6, 3, 24, 24)
    torch.testing.assert_close(out[:, 0], out[:, 2])


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
