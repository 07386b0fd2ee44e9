"""The script that learns the small patterns: what it learns, from which images, what it writes."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from happysad.experiments.maintenance.build_visual_words import NOISE, build, learn, main
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
        likeness = mean @ words[word] / np.linalg.norm(mean) / np.linalg.norm(words[word])
        assert likeness > 0.8  # learned from some of the patches at a time


def test_the_same_seed_learns_the_same(crops, learned):
    again, other = (learn(crops, n_words=12, seed=seed)["words"] for seed in (0, 1))
    np.testing.assert_array_equal(again, learned["words"])
    assert np.abs(other - again).max() > 0.1


def test_only_the_train_part_is_looked_at_and_the_file_is_what_the_package_reads(
    demo_data, tmp_path, capsys
):
    assert main([str(demo_data), "--out", str(tmp_path / "words.npz")]) == 0
    told = capsys.readouterr().out
    assert "128 words of 6x6 pixels from 24 faces" in told
    shutil.copytree(demo_data / "train", tmp_path / "data" / "train")
    for part in ("val", "test"):  # the same faces in each part: nothing new to learn from
        shutil.copytree(demo_data / "train", tmp_path / "data" / part)
    build(tmp_path / "data", tmp_path / "again.npz")
    with np.load(tmp_path / "words.npz") as one, np.load(tmp_path / "again.npz") as two:
        with np.load(WORDS_FILE) as shipped:
            assert {name: one[name].shape for name in one} == {
                name: shipped[name].shape for name in shipped
            }
        np.testing.assert_array_equal(one["words"], two["words"])


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path, capsys):
    assert main([str(tmp_path / "none"), "--out", str(tmp_path / "words.npz")]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert told.count("\n") == 1
    assert not (tmp_path / "words.npz").exists()
