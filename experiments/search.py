"""Search the settings of a recipe by cross-validation within the rows given."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone

from happysad.experiments.search_space import Space
from happysad.features.batch import Faces
from happysad.features.store import FeatureStore, use_store
from happysad.pipeline.folds import Fold

if TYPE_CHECKING:
    import pandas as pd

HOW = ("grid", "halving", "random")
SCORES = ("balanced_accuracy", "roc_auc")


@dataclass(frozen=True)
class Search:
    """How settings are searched.

    Attributes
    ----------
    how : {"grid", "halving", "random"}
        All candidates on all faces; all on few faces, and the best third of them on thrice as
        many, and so on (Jamieson and Talwalkar 2016); some drawn at random, on all faces.
    score : {"balanced_accuracy", "roc_auc"}
    candidates : int
        How many are drawn for "random".
    jobs : int
    seed : int
    """

    how: str = "grid"
    score: str = "balanced_accuracy"
    candidates: int = 20
    jobs: int = 1
    seed: int = 0


class Stored(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """A classifier of ``Faces`` that finds its features in a store, in whatever process."""

    def __init__(self, model: Any, store: Path) -> None:
        self.model = model
        self.store = store

    def fit(self, X: Faces, y: NDArray[np.str_]) -> Stored:
        """Fit the model, in one thread."""
        from threadpoolctl import threadpool_limits

        with use_store(FeatureStore(self.store)), threadpool_limits(1):
            self.model_ = clone(self.model).fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def scores(self, X: Faces) -> NDArray[np.float64]:
        """The higher, the more it is ``classes_[1]``, which is where they exceed 0."""
        from threadpoolctl import threadpool_limits

        with use_store(FeatureStore(self.store)), threadpool_limits(1):
            return np.asarray(self.model_.predict_proba(X)[:, 1] - 0.5)


def search(
    asked: str,
    space: Space,
    faces: Faces,
    labels: NDArray[np.str_],
    folds: list[Fold],
    store: Path,
    how: Search,
) -> tuple[dict[str, Any], pd.DataFrame]:
    """The best settings, and a row for each candidate.

    Parameters
    ----------
    asked : str
        As ``make_model`` takes it.
    space : mapping of setting to list
        Names as ``Pipeline.set_params`` has them.
    faces, labels : n of each
    folds : list of (train, test)
        Rows of ``faces``.
    store : Path
        Folder of the features.

    Returns
    -------
    dict, pandas.DataFrame
        Columns: one a setting, n_faces (used in all), mean, sd, rank (1 is best), fit_s.
    """
    from happysad.pipeline.models import make_model

    with tempfile.TemporaryDirectory(prefix="happysad-") as memory:
        # What comes before the classifier is fitted once for all candidates that share it.
        model = make_model(asked, how.seed)[1:].set_params(memory=memory)
        searched = {name: f"model__{name}" for name in space}
        stored = Stored(model, store)
        grid = {searched[name]: list(values) for name, values in space.items()}
        found = _searcher(stored, grid, folds, how).fit(faces, labels)
    best = {name: found.best_params_[inner] for name, inner in searched.items()}
    return best, _candidates(found, searched, len(faces))


def _searcher(model: Stored, grid: Any, folds: list[Fold], how: Search) -> Any:
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, RandomizedSearchCV

    def score(estimator: Stored, X: Faces, y: NDArray[np.str_]) -> float:
        return score_of(how.score, estimator.classes_, estimator.scores(X), y)

    options = {"cv": folds, "scoring": score, "n_jobs": how.jobs, "refit": False}
    if how.how == "grid":
        return GridSearchCV(model, grid, error_score="raise", **options)
    if how.how == "random":
        n_iter = min(how.candidates, int(np.prod([len(values) for values in grid.values()])))
        return RandomizedSearchCV(
            model, grid, n_iter=n_iter, random_state=how.seed, error_score="raise", **options
        )
    return HalvingGridSearchCV(
        model, grid, min_resources="exhaust", random_state=how.seed, error_score="raise", **options
    )


def score_of(
    name: str, classes: NDArray[np.str_], scores: NDArray[np.float64], labels: NDArray[np.str_]
) -> float:
    """Balanced accuracy or AUC of scores that are higher for ``classes[1]``."""
    from sklearn.metrics import balanced_accuracy_score, roc_auc_score

    if name == "roc_auc":
        return float(roc_auc_score(labels == classes[1], scores))
    return float(balanced_accuracy_score(labels, classes[(scores > 0).astype(int)]))


def _candidates(found: Any, searched: Mapping[str, str], n: int) -> pd.DataFrame:
    import pandas as pd

    results = found.cv_results_
    tried = results["params"]
    table = pd.DataFrame({name: [one[inner] for one in tried] for name, inner in searched.items()})
    table["n_faces"] = results.get("n_resources", n)
    table["mean"] = results["mean_test_score"]
    table["sd"] = results["std_test_score"]
    table["fit_s"] = results["mean_fit_time"]
    # Those tried on more faces are ahead of those that were given up before.
    ordered = table.sort_values(["n_faces", "mean"], ascending=False, kind="stable")
    ordered["rank"] = range(1, len(ordered) + 1)
    return ordered[[*searched, "n_faces", "mean", "sd", "rank", "fit_s"]].reset_index(drop=True)
