"""The search itself: every way of it, on few faces."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.experiments.tuning.search import METHODS, search
from happysad.pipeline.data.folds import grouped_folds
from happysad.pipeline.estimators.scaled_pca import ScaledPCA
from happysad.pipeline.models.registry import make_model

SPACE = {"classifier__estimator__C": [1e-3, 5.0], "classifier__estimator__gamma": [0.6, 2.0]}


@pytest.fixture(scope="module")
def sample(data):
    frame = data.frame
    faces = make_model("landmarks-svm")[0].transform(frame["path"].tolist())
    labels = frame["label"].to_numpy(str)
    folds = grouped_folds(labels.tolist(), frame["group"].tolist(), 2, 0)
    return faces, labels, folds


@pytest.mark.parametrize("method", METHODS)
def test_candidates_are_ranked_and_the_best_is_the_first(sample, tmp_path, method):
    best, table = search("landmarks-svm", SPACE, *sample, tmp_path, method=method, candidates=3)
    assert list(table.columns) == [*SPACE, "n_faces", "mean", "sd", "rank", "fit_s"]
    assert list(table["rank"]) == list(range(1, len(table) + 1))
    assert table["mean"].between(0, 1).all()
    first = table.iloc[0]
    assert {name: first[name] for name in SPACE} == best
    assert first["n_faces"] == table["n_faces"].max()
    assert first["mean"] == table.loc[table["n_faces"] == first["n_faces"], "mean"].max()
    assert len(table) == (3 if method == "random" else 4)
    assert set(table["n_faces"]) == {40}  # too few to halve


def test_halving_gives_up_most_candidates_on_few_faces(sample, tmp_path):
    faces, labels, _ = sample
    again = np.tile(np.arange(40), 5)
    folds = grouped_folds(labels[again].tolist(), again.astype(str).tolist(), 2, 0)
    given = faces[again], labels[again], folds
    best, table = search("landmarks-svm", SPACE, *given, tmp_path, method="halving")
    assert table["n_faces"].tolist() == [198, 198, 66, 66, 66, 66]
    assert list(table["rank"]) == [1, 2, 3, 4, 5, 6]
    assert {name: table.iloc[0][name] for name in SPACE} == best


def test_the_score_is_that_of_the_model(sample, tmp_path):
    faces, labels, folds = sample
    space = {"classifier__estimator__C": [3.0]}
    _, table = search("landmarks-svm", space, faces, labels, folds, tmp_path)
    expected = []
    for train, held in folds:
        model = make_model("landmarks-svm")[1:].set_params(classifier__estimator__C=3.0)
        model.fit(faces[train], labels[train])
        guess = model.predict(faces[held])
        recalls = [(guess == labels[held])[labels[held] == c].mean() for c in ("happy", "sad")]
        expected.append(np.mean(recalls))
    assert table["mean"].iloc[0] == pytest.approx(np.mean(expected))


def test_the_blocks_are_fitted_once_for_all_candidates(sample, tmp_path, monkeypatch):
    faces, labels, folds = sample
    calls = []
    whole = ScaledPCA.fit

    def counted(self, X, y=None):
        calls.append(len(X))
        return whole(self, X, y)

    monkeypatch.setattr(ScaledPCA, "fit", counted)
    search("hog-svm", SPACE, faces, labels, folds, tmp_path)
    assert len(calls) == len(folds)


def test_inner_settings_of_blocks_are_searched_too(sample, tmp_path):
    name = "features__landmarks__reduce__n_components"
    best, table = search("landmarks-svm", {name: [1, 20]}, *sample, tmp_path)
    assert set(table[name]) == {1, 20}
    assert best[name] in (1, 20)
