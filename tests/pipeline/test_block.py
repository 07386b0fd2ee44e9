"""Principal components of a descriptor, brought to a common scale."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError

from happysad.features.base import FaceFeature
from happysad.features.batch import Faces
from happysad.features.embedding import Embedding
from happysad.features.pixels import Pixels
from happysad.pipeline import block as block_module
from happysad.pipeline.block import PrincipalBlock

SIDE = 6


class Grey(FaceFeature):
    """The pixels, each row in a unit of its own, and how much brighter the left half is."""

    def __init__(self, units=1.0, spread=1.0):
        self.units = units
        self.spread = spread

    def _describe(self, faces):
        pixels = faces.crops / 255 * self.units
        left, right = pixels[:, :, : SIDE // 2], pixels[:, :, SIDE // 2 :]
        slant = (left.mean(axis=(1, 2)) - right.mean(axis=(1, 2)))[:, None]
        pixels = pixels * np.geomspace(1, self.spread, SIDE)[:, None]
        return np.concatenate([pixels.reshape(len(faces), -1), slant], axis=1, dtype="f4")

    def _names(self, size):
        return [f"pixel{i}" for i in range(SIDE**2)] + ["slant"]

    def mirror_columns(self, size):
        order = np.arange(SIDE**2).reshape(SIDE, SIDE)[:, ::-1].ravel()
        sign = np.ones(SIDE**2 + 1, np.float32)
        sign[-1] = -1
        return np.append(order, SIDE**2), sign


def seen(crops):
    """Faces of these crops, without landmarks."""
    blank = Faces.unreadable(SIDE)[np.zeros(len(crops), int)]
    return replace(blank, crops=np.asarray(crops, np.uint8))


@pytest.fixture(scope="module")
def faces():
    """50 faces of six mixed patterns, brighter on the left, and a little noise."""
    rng = np.random.default_rng(5)
    patterns = rng.normal(size=(6, SIDE, SIDE)) * np.geomspace(1, 0.2, 6)[:, None, None]
    crops = np.tensordot(rng.normal(size=(50, 6)), patterns, 1) * 25 + np.linspace(140, 110, SIDE)
    return seen((crops + rng.normal(size=crops.shape) * 3).clip(0, 255))


def both(faces, extractor, mirrored):
    """Rows of the faces and of their mirror images."""
    return np.concatenate([extractor.transform(faces), extractor.transform(mirrored(faces))])


@pytest.mark.parametrize("weight", [1.0, 0.25, 2.0])
@pytest.mark.parametrize("units", [1e-2, 1.0, 1e2])
def test_variances_sum_to_the_weight_in_whatever_units(faces, mirrored, weight, units):
    block = PrincipalBlock(Grey(units), 6, weight=weight, random_state=0).fit(faces)
    reduced = both(faces, block, mirrored)
    np.testing.assert_allclose(reduced.mean(axis=0), 0, atol=1e-3)
    assert reduced.var(axis=0).sum() == pytest.approx(weight, rel=2e-3)


@pytest.mark.parametrize("n_components", [3, 8, 37])
def test_components_are_those_of_faces_and_mirror_images_together(faces, mirrored, n_components):
    block = PrincipalBlock(Grey(spread=5.0), n_components, random_state=0).fit(faces)
    reduced = both(faces, block, mirrored)
    plain = PCA(n_components, svd_solver="full")
    expected = plain.fit_transform(both(faces, Grey(spread=5.0), mirrored).astype(np.float64))
    expected /= np.sqrt(expected.var(axis=0).sum())
    # The axes are the same but for their order and signs.
    np.testing.assert_allclose(
        np.sort(reduced.var(axis=0))[::-1], expected.var(axis=0), rtol=5e-3, atol=1e-5
    )
    np.testing.assert_allclose(reduced @ reduced.T, expected @ expected.T, atol=5e-3)
    assert 0 < block.odd_.sum() < n_components


def test_the_mirror_image_has_the_same_even_columns_and_the_odd_ones_turned(faces, mirrored):
    block = PrincipalBlock(Grey(), 10, random_state=0).fit(faces)
    usual, other = block.transform(faces), block.transform(mirrored(faces))
    assert block.odd_.tolist() == sorted(block.odd_)  # the last ones
    np.testing.assert_allclose(other, usual * np.where(block.odd_, -1, 1), atol=1e-5)
    assert np.abs(usual[:, block.odd_]).max() > 0.1


def test_means_are_those_of_faces_and_mirror_images(faces, mirrored):
    block = PrincipalBlock(Grey(), 5, random_state=0).fit(faces)
    assert block.mean_.dtype == np.float32
    np.testing.assert_allclose(block.mean_, both(faces, Grey(), mirrored).mean(axis=0), atol=1e-5)
    assert block.mean_[-1] == 0  # neither side is the brighter one


def test_the_first_component_of_a_half_holds_most(faces, mirrored):
    block = PrincipalBlock(Grey(), 10, random_state=0).fit(faces)
    variances = both(faces, block, mirrored).var(axis=0)
    for half in (variances[~block.odd_], variances[block.odd_]):
        assert (np.diff(half) <= 1e-6).all()


def test_fit_transform_is_fit_then_transform(faces):
    block = PrincipalBlock(Grey(), 5, random_state=0)
    np.testing.assert_allclose(block.fit_transform(faces), block.transform(faces), atol=1e-6)
    other = PrincipalBlock(Grey(), 5, random_state=0).fit(faces)
    np.testing.assert_array_equal(other.transform(faces), block.transform(faces))


def test_standardised_columns_may_come_in_any_units(faces):
    one, two = (
        PrincipalBlock(Grey(1.0, spread), 37, standardize=True, random_state=0).fit_transform(faces)
        for spread in (1.0, 30.0)
    )
    np.testing.assert_allclose(one @ one.T, two @ two.T, atol=0.02)
    plain = PrincipalBlock(Grey(1.0, 30.0), 37, random_state=0).fit_transform(faces)
    assert np.abs(plain @ plain.T - one @ one.T).max() > 0.2


@pytest.mark.parametrize(("n", "asked", "given"), [(50, 200, 37), (50, 4, 4), (6, 200, 5)])
def test_never_more_components_than_faces_or_columns_allow(faces, n, asked, given):
    block = PrincipalBlock(Grey(), asked, random_state=0)
    assert block.fit_transform(faces[:n]).shape == (n, given)
    assert block.transform(faces[:3]).shape == (3, given)
    assert list(block.get_feature_names_out()) == [f"principalblock{i}" for i in range(given)]


@pytest.mark.parametrize("standardize", [False, True])
def test_columns_that_never_change_do_no_harm(faces, standardize):
    crops = faces.crops.copy()
    crops[:, 2] = 7
    block = PrincipalBlock(Grey(), 5, standardize=standardize, random_state=0).fit(seen(crops))
    assert np.isfinite(block.transform(seen(crops))).all()


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # shares of no variance
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("grey", [0, 77, 255])
def test_faces_that_are_all_the_same(standardize, grey):
    same = seen(np.full((8, SIDE, SIDE), grey))
    block = PrincipalBlock(Grey(1.0, 3.0), 2, standardize=standardize)
    np.testing.assert_array_equal(block.fit_transform(same), np.zeros((8, 2)))
    other = seen(np.full((1, SIDE, SIDE), 90))
    np.testing.assert_array_equal(block.transform(other), np.zeros((1, 2)))


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_faces_are_few_but_no_error(faces, n):
    rows = PrincipalBlock(Grey(), random_state=0).fit_transform(faces[:n])
    assert rows.shape == (n, 1)
    assert np.isfinite(rows).all()


def test_a_batch_equals_its_singles_and_no_faces_give_no_rows(faces):
    block = PrincipalBlock(Grey(), 5, random_state=0).fit(faces)
    singles = np.concatenate([block.transform(faces[i : i + 1]) for i in range(6)])
    np.testing.assert_allclose(singles, block.transform(faces[:6]), atol=1e-5)
    assert block.transform(faces[:0]).shape == (0, 5)
    assert block.transform(faces).dtype == block.transform(faces[:0]).dtype == np.float32


def test_many_faces_are_reduced_some_at_a_time(faces, monkeypatch):
    whole = PrincipalBlock(Grey(), 5, random_state=0).fit_transform(faces)
    monkeypatch.setattr(block_module, "_AT_ONCE", 7)
    parts = PrincipalBlock(Grey(), 5, random_state=0).fit_transform(faces)
    np.testing.assert_allclose(parts, whole, atol=1e-6)


@pytest.mark.parametrize("extractor", [Pixels(4), Embedding()], ids=repr)
def test_an_extractor_that_does_not_know_its_mirror_image_has_even_columns_only(extractor, mouths):
    faces, _ = mouths(5 if isinstance(extractor, Embedding) else 30)
    block = PrincipalBlock(extractor, 4, random_state=0)
    reduced = block.fit_transform(faces)
    assert not block.odd_.any()
    assert reduced.shape == (len(faces), 4)
    expected = PCA(4, svd_solver="full").fit_transform(extractor.transform(faces))
    expected /= np.sqrt(expected.var(axis=0).sum())
    np.testing.assert_allclose(np.abs(reduced), np.abs(expected), atol=0.01)
    np.testing.assert_allclose(reduced.var(axis=0).sum(), 1, rtol=2e-3)


def test_the_extractor_given_is_left_unfitted(faces):
    extractor = Grey()
    block = PrincipalBlock(extractor, 3, random_state=0).fit(faces)
    assert not hasattr(extractor, "crop_size_")
    assert block.extractor is extractor
    assert block.get_params()["extractor__units"] == 1.0


def test_what_is_saved_answers_exactly_alike_and_is_half_as_large(faces):
    block = PrincipalBlock(Grey(), 20, random_state=0).fit(faces)
    copy = pickle.loads(pickle.dumps(block))
    np.testing.assert_array_equal(copy.transform(faces), block.transform(faces))
    assert block.__getstate__()["even_map_"].dtype == np.float16
    assert copy.even_map_.dtype == copy.odd_map_.dtype == np.float32


def test_what_is_no_batch_of_faces_is_refused(faces):
    with pytest.raises(TypeError, match="describes Faces, not ndarray"):
        PrincipalBlock(Grey()).fit(np.zeros((4, 37), np.float32))


def test_clone_forgets(faces):
    block = PrincipalBlock(Grey(2.0), 5, weight=0.5, standardize=True, random_state=3).fit(faces)
    copy = clone(block)
    assert repr(copy.get_params()) == repr(block.get_params())
    with pytest.raises(NotFittedError):
        copy.transform(faces)
