"""The script that learns the visual words: what it learns, from which images, what it writes."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from happysad.experiments.maintenance.build_visual_words import NOISE, learn, main
from happysad.features.faces.aligner import FaceAligner
from happysad.features.visual_words import WORDS_FILE, patches, with_mirrored
from happysad.pipeline.demo.demo_faces import make_demo_faces


@pytest.fixture(scope="module")
def crops():
    return FaceAligner(predictor="5").transform(list(make_demo_faces(20, random_state=2)[0])).crops


@pytest.fixture(scope="module")
def learned(crops):
    return learn(crops, n_words=12)


def test_whitened_patches_have_variance_one_but_for_the_noise(crops, learned):
    both = with_mirrored(patches(crops))
    values = np.linalg.eigvalsh(both.T.astype(float) @ both / len(both))
    whitened = both @ learned["whitening"]
    found = np.linalg.eigvalsh(whitened.T.astype(float) @ whitened / len(both))
    np.testing.assert_allclose(found, np.sort(values / (values + NOISE)), atol=1e-3)
    np.testing.assert_allclose(learned["whitening"], learned["whitening"].T, atol=1e-4)


def test_words_are_means_of_patches_that_are_nearest_to_them(crops, learned):
    words = learned["words"]
    assert words.shape == (12, 36)
    assert words.dtype == learned["whitening"].dtype == np.float32
    whitened = with_mirrored(patches(crops)) @ learned["whitening"]
    near = ((whitened[:, None] - words) ** 2).sum(axis=2).argmin(axis=1)
    assert set(near) == set(range(12))
    for word in range(12):
        mean = whitened[near == word].mean(axis=0)
        cosine = mean @ words[word] / np.linalg.norm(mean) / np.linalg.norm(words[word])
        assert cosine > 0.8  # learned from some of the patches at a time


def test_the_same_seed_learns_the_same(crops, learned):
    again, other = (learn(crops, n_words=12, seed=seed)["words"] for seed in (0, 1))
    np.testing.assert_array_equal(again, learned["words"])
    assert np.abs(other - again).max() > 0.1


@pytest.mark.slow
def test_only_the_train_part_is_read_and_the_file_is_what_the_package_reads(demo_data, tmp_path):
    def build(data, out):
        return CliRunner().invoke(main, [str(data), "--out", str(out)])

    result = build(demo_data, tmp_path / "words.npz")
    assert result.exit_code == 0, result.output
    assert "128 words from 24 faces" in result.stdout
    for part in ("train", "val", "test"):  # the same faces in each part: nothing new to learn from
        shutil.copytree(demo_data / "train", tmp_path / "data" / part)
    assert build(tmp_path / "data", tmp_path / "again.npz").exit_code == 0
    with np.load(tmp_path / "words.npz") as one, np.load(tmp_path / "again.npz") as two:
        with np.load(WORDS_FILE) as shipped:
            assert {name: one[name].shape for name in one} == {
                name: shipped[name].shape for name in shipped
            }
        np.testing.assert_array_equal(one["words"], two["words"])
    result = build(tmp_path / "none", tmp_path / "none.npz")
    assert result.exit_code == 2
    assert result.stderr.startswith("happysad: ")
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "none.npz").exists()
