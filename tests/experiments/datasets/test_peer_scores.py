"""The other programs' raw scores, and the answers made of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from happysad.experiments.datasets.peer_scores import PEERS, SCORES, peer_predictions, read_scores
from happysad.utils.errors import UserError

FER, FACE_API = PEERS.values()


def table(folder: Path, *lines: str) -> Path:
    path = folder / "scores.csv"
    path.write_text("\n".join([",".join(["file", *SCORES]), *lines]) + "\n")
    return path


def predictions(*images: str) -> pd.DataFrame:
    made = [
        {"tested_on": "here", "model": model, "image": image, "label": "happy", "group": "",
         "fold": 0, "p_happy": 0.5, "predicted": "happy", "face": "detected"}
        for model in ("hog-svm", "lbp-svm")
        for image in images
    ]  # fmt: skip
    return pd.DataFrame(made)


def test_the_larger_score_answers_and_its_share_is_the_probability(tmp_path):
    scores = read_scores(table(tmp_path, "set/a/1.png,0.3,0.1,1e-12,3e-12", "set/b/1.png,0,0,1,0"))
    made = peer_predictions(predictions("/data/set/b/1.png", "/data/set/a/1.png"), scores)
    assert made["model"].tolist() == [FER, FER, FACE_API, FACE_API]
    assert made["predicted"].tolist() == ["sad", "happy", "happy", "sad"]
    assert made["p_happy"].tolist() == pytest.approx([0, 0.75, 1, 0.25])
    assert set(made["label"]) == {"happy"}


def test_an_image_listed_twice_is_answered_twice(tmp_path):
    scores = read_scores(table(tmp_path, "set/a/1.png,1,0,0,1"))
    made = peer_predictions(predictions("/x/set/a/1.png", "/x/set/a/1.png"), scores)
    assert made["predicted"].tolist() == ["happy", "happy", "sad", "sad"]


def test_names_alike_in_two_data_sets_are_told_apart(tmp_path):
    scores = read_scores(table(tmp_path, "one/a/1.png,1,0,1,0", "two/a/1.png,0,1,0,1"))
    made = peer_predictions(predictions("/x/two/a/1.png"), scores)
    assert set(made["predicted"]) == {"sad"}


def test_an_image_without_scores_is_one_sentence(tmp_path):
    scores = read_scores(table(tmp_path, "set/a/1.png,1,0,0,1"))
    with pytest.raises(UserError, match=r"1 of 2 images have no scores.*such as /x/set/b/1.png"):
        peer_predictions(predictions("/x/set/a/1.png", "/x/set/b/1.png"), scores)


@pytest.mark.parametrize(
    "lines", [["a/1.png,1,0,0,one"], ["a/1.png,1,0,,1"], ["a/1.png,1,0,0,1"] * 2]
)
def test_a_damaged_table_is_one_sentence(tmp_path, lines):
    with pytest.raises(UserError, match="is no table of scores, a row an image: file, fer_happy"):
        read_scores(table(tmp_path, *lines))


def test_a_table_that_is_absent_or_another_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="name the file with --scores"):
        read_scores(tmp_path / "none.csv")
    (tmp_path / "other.csv").write_text("image,p_happy\nx.png,0.5\n")
    with pytest.raises(UserError, match="is no table of scores"):
        read_scores(tmp_path / "other.csv")


@pytest.mark.real
def test_the_copy_in_the_repository_is_what_was_measured(shared_data):
    copy = Path(__file__).resolve().parents[3] / "docs" / "results" / "peers" / "scores.csv"
    original = shared_data / "peers" / "scores.csv"
    if not original.exists():
        pytest.skip(f"{original} is missing")
    pd.testing.assert_frame_equal(read_scores(copy), read_scores(original))
