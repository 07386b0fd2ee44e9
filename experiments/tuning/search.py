"""Search the settings of a recipe by cross-validation within the rows given."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone

from happysad.experiments.tuning.search_space import Space
from happysad.features.faces.face_batch import Faces
from happysad.pipeline.data.folds import Fold
from happysad.utils.feature_cache import FeatureCache, use_feature_cache

if TYPE_CHECKING:
    import pandas as pd

HOW = ("grid", "halving", "random")
SCORES = ("balanced_accuracy", "roc_auc")

_FACTOR = 3
_LEAST_FACES = 30  # of the rarer class, so that there are some in each part of each fold
_PREFIX = "model__"  # of a setting, in the parameters of ``Stored``


@dataclass(frozen=True)
class Search:
    """How settings are searched.

    Attributes
    ----------
    how : {"grid", "halving", "random"}
        All candidates on all faces; all on few faces (with 30 or so of the rarer class at least),
        the best third of them on thrice as many, and so on (Jamieson and Talwalkar 2016); some
        drawn at random, on all faces.
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
    """A classifier of ``Faces`` that finds its features in a store, in whatever process.

    It works in one thread: the sums come out the same on any machine.
    """

    def __init__(self, model: Any, store: Path) -> None:
        self.model = model
        self.store = store

    def fit(self, X: Faces, y: NDArray[np.str_]) -> Stored:
        """Fit the model."""
        with self._at_work():
            self.model_ = clone(self.model).fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict(self, X: Faces) -> NDArray[np.str_]:
        """Labels (n,)."""
        with self._at_work():
            return np.asarray(self.model_.predict(X))

    def predict_proba(self, X: Faces) -> NDArray[np.float64]:
        """Probabilities (n, 2), columns in the order of ``classes_``."""
        with self._at_work():
            return np.asarray(self.model_.predict_proba(X))

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        from threadpoolctl import threadpool_limits

        with use_feature_cache(FeatureCache(self.store)), threadpool_limits(1):
            yield


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
    from happysad.pipeline.models.registry import make_model

    with tempfile.TemporaryDirectory(prefix="happysad-") as memory:
        # What comes before the classifier is fitted once for all candidates that share it.
        model = Stored(make_model(asked, how.seed)[1:].set_params(memory=memory), store)
        grid = {_PREFIX + name: list(values) for name, values in space.items()}
        found = _searcher(model, grid, folds, labels, how).fit(faces, labels)
    best = {name: found.best_params_[_PREFIX + name] for name in space}
    return best, _candidates(found, list(space), len(faces))


def _searcher(
    model: Stored, grid: Any, folds: list[Fold], labels: NDArray[np.str_], how: Search
) -> Any:
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import (
        GridSearchCV,
        HalvingGridSearchCV,
        ParameterGrid,
        RandomizedSearchCV,
    )

    options = {"cv": folds, "scoring": how.score, "n_jobs": how.jobs, "refit": False}
    options["error_score"] = "raise"
    every = len(ParameterGrid(grid))
    if how.how == "grid":
        return GridSearchCV(model, grid, **options)
    if how.how == "random":
        n_iter = min(how.candidates, every)
        return RandomizedSearchCV(model, grid, n_iter=n_iter, random_state=how.seed, **options)
    rounds = int(np.log(every) / np.log(_FACTOR) + 1e-9)
    n, rarest = len(labels), min(Counter(labels.tolist()).values())
    least = min(n, max(_LEAST_FACES * n // rarest, n // _FACTOR**rounds))
    return HalvingGridSearchCV(
        model, grid, factor=_FACTOR, min_resources=least, random_state=how.seed, **options
    )


def _candidates(found: Any, names: list[str], n: int) -> pd.DataFrame:
    import pandas as pd

    results = found.cv_results_
    tried = results["params"]
    table = pd.DataFrame({name: [one[_PREFIX + name] for one in tried] for name in names})
    table["n_faces"] = results.get("n_resources", n)
    table["mean"] = results["mean_test_score"]
    table["sd"] = results["std_test_score"]
    table["fit_s"] = results["mean_fit_time"]
    # Those tried on more faces are ahead of those that were given up before.
    ordered = table.sort_values(["n_faces", "mean"], ascending=False, kind="stable")
    ordered["rank"] = range(1, len(ordered) + 1)
    return ordered[[*names, "n_faces", "mean", "sd", "rank", "fit_s"]].reset_index(drop=True)
