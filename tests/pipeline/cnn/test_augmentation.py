"""pipeline/cnn/augmentation.py: what each change does to a batch, and what it draws."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from happysad.pipeline.cnn.augmentation import Augmentation  # noqa: E402

ALL = {"shift": 0.06, "photo": True, "erase": True}


def some_images(n: int = 12, size: int = 24) -> torch.Tensor:
    return torch.rand(n, 1, size, size, generator=torch.Generator().manual_seed(0))


def augmented(seed: int, augmentation: Augmentation, images: torch.Tensor) -> torch.Tensor:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return augmentation(images)


@pytest.mark.parametrize("more", [{}, ALL])
def test_it_keeps_shape_and_range_follows_the_seed_and_leaves_its_input(more) -> None:
    for channels, size in ((1, 24), (3, 24), (1, 8)):
        images = some_images(24, size).repeat(1, channels, 1, 1)
        copy, augment = images.clone(), Augmentation(15, 0.2, True, **more)
        once, again, other = (augmented(seed, augment, images) for seed in (1, 1, 2))
        assert once.shape == images.shape
        assert once.min() >= 0
        assert once.max() <= 1
        assert torch.equal(once, again)
        assert torch.equal(images, copy)
        for i in range(len(images)):
            assert not torch.allclose(once[i], images[i], atol=1e-3)
            assert not torch.allclose(once[i], other[i], atol=1e-3)


def test_of_nothing_changes_nothing() -> None:
    images = some_images()
    torch.testing.assert_close(Augmentation(0, 0, False)(images), images, atol=1e-5, rtol=0)


def test_what_is_not_asked_for_draws_nothing() -> None:
    """The numbers of a seed as they have always been; erasing draws its own after them."""
    images = some_images()
    plain = augmented(1, Augmentation(15, 0.2, True), images)
    expected = torch.tensor([0.6201, 0.6471, 0.7922, 0.5828, 0.6855])
    torch.testing.assert_close(plain[:5, 0, 3, 4], expected, atol=1e-4, rtol=0)
    erased = augmented(1, Augmentation(15, 0.2, True, erase=True), images)
    kept = [torch.equal(a, b) for a, b in zip(erased, plain, strict=True)]
    assert 0 < sum(kept) < len(images)


def test_flip_alone_gives_the_image_or_its_mirror_image() -> None:
    images = some_images(40)
    out = augmented(2, Augmentation(0, 0, True), images)
    flipped = [torch.allclose(a, b.flip(2), atol=1e-4) for a, b in zip(out, images, strict=True)]
    same = [torch.allclose(a, b, atol=1e-4) for a, b in zip(out, images, strict=True)]
    assert all(f != s for f, s in zip(flipped, same, strict=True))
    assert 8 < sum(flipped) < 32


def dots(out: torch.Tensor, center: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Where the bright dot of each image lies, from ``center``."""
    ys, xs = torch.meshgrid(*[torch.arange(out.shape[2]) - center] * 2, indexing="ij")
    mass = out.sum((1, 2))
    return (out * xs).sum((1, 2)) / mass, (out * ys).sum((1, 2)) / mass


def test_zoom_and_rotation_stay_within_bounds() -> None:
    """A dot moves no farther than the largest turn and zoom allow, and does move."""
    size, radius = 65, 24
    image = torch.zeros(200, 1, size, size)
    image[:, :, 32 - 1 : 32 + 2, 32 + radius - 1 : 32 + radius + 2] = 1
    x, y = dots(augmented(3, Augmentation(10, 0.1, False), image)[:, 0], 32.0)
    distance, angle = torch.hypot(x, y) / radius, torch.rad2deg(torch.atan2(y, x))
    assert 0.88 < distance.min() < 0.93
    assert 1.07 < distance.max() < 1.12
    assert 9 < angle.max() < 10.5
    assert -10.5 < angle.min() < -9


def test_shift_is_a_fraction_of_the_side_along_either_axis() -> None:
    image = torch.zeros(300, 1, 50, 50)
    image[:, :, 23:27, 23:27] = 1
    for moved in dots(augmented(4, Augmentation(0, 0, False, shift=0.1), image)[:, 0], 24.5):
        assert 4.5 < moved.max() < 5.05
        assert -5.05 < moved.min() < -4.5
        assert abs(moved.mean()) < 0.6


def test_photo_changes_light_and_sharpness_and_not_where_things_are() -> None:
    image = torch.full((400, 1, 48, 48), 0.3)
    image[:, :, :, 24:] = 0.6
    out = augmented(5, Augmentation(0, 0, False, photo=True), image)
    bright = out.mean((1, 2, 3))
    assert bright.std() > 0.05
    assert (out[:, 0, :, 30:].mean((1, 2)) > out[:, 0, :, :18].mean((1, 2))).all()
    noisy = out[:, 0, :, 40:].std((1, 2)) > 0.005
    assert 0.1 < noisy.float().mean() < 0.3
    wide = (out[:, 0, :, 20] - out[:, 0, :, 2]).mean(1).abs() > 0.01  # the edge reaches as far
    assert 0 < wide.float().mean() < 0.35


def test_erase_fills_a_rectangle_of_three_in_ten() -> None:
    out = augmented(6, Augmentation(0, 0, False, erase=True), torch.full((400, 1, 48, 48), 2.0))
    erased = [image[0] != 2 for image in out if (image[0] != 2).any()]
    assert 90 < len(erased) < 150
    for where in erased:
        rows, columns = where.any(1).sum(), where.any(0).sum()
        assert where.sum() == rows * columns
        assert min(rows, columns) >= 6
        assert max(rows, columns) < 20


def test_all_colours_are_turned_and_lit_alike() -> None:
    out = augmented(4, Augmentation(15, 0.2, True, shift=0.1), some_images(6).repeat(1, 3, 1, 1))
    assert out.shape == (6, 3, 24, 24)
    torch.testing.assert_close(out[:, 0], out[:, 2])
