"""Search the settings of a recipe by cross-validation within the rows given."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
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

METHODS = ("grid", "halving", "random")
SCORES = ("balanced_accuracy", "roc_auc")

_FACTOR = 3
_LEAST_FACES = 30  # of the rarer class, so that there are some in each part of each fold
_PREFIX = "model__"  # of a setting, in the parameters of ``CachedClassifier``


class CachedClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """A classifier of ``Faces`` that finds its features in a cache, in whatever process.

    It works in one thread: the sums come out the same on any machine.
    """

    def __init__(self, model: Any, cache: Path) -> None:
        self.model = model
        self.cache = cache

    def fit(self, X: Faces, y: NDArray[np.str_]) -> CachedClassifier:
        """Fit the model."""
        with self._cached():
            self.model_ = clone(self.model).fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict(self, X: Faces) -> NDArray[np.str_]:
        """Labels (n,)."""
        with self._cached():
            return np.asarray(self.model_.predict(X))

    def predict_proba(self, X: Faces) -> NDArray[np.float64]:
        """Probabilities (n, 2), columns in the order of ``classes_``."""
        with self._cached():
            return np.asarray(self.model_.predict_proba(X))

    @contextmanager
    def _cached(self) -> Iterator[None]:
        from threadpoolctl import threadpool_limits

        with use_feature_cache(FeatureCache(self.cache)), threadpool_limits(1):
            yield


def search(
    name: str,
    space: Space,
    faces: Faces,
    labels: NDArray[np.str_],
    folds: list[Fold],
    cache: Path,
    *,
    method: str = "grid",
    score: str = "balanced_accuracy",
    candidates: int = 20,
    jobs: int = 1,
    seed: int = 0,
) -> tuple[dict[str, Any], pd.DataFrame]:
    """The best settings of a recipe on n faces and labels, and a row for each candidate.

    "grid" tries all candidates on all faces. "halving" tries all on few faces (with 30 or so of
    the rarer class at least), the best third of them on thrice as many, and so on (Jamieson and
    Talwalkar 2016). "random" draws so many ``candidates`` and tries them on all faces.
    """
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import (
        GridSearchCV,
        HalvingGridSearchCV,
        ParameterGrid,
        RandomizedSearchCV,
    )

    from happysad.pipeline.models.registry import make_model

    grid = {_PREFIX + setting: list(values) for setting, values in space.items()}
    n_all = len(ParameterGrid(grid))
    options: dict[str, Any] = {"cv": folds, "scoring": score, "n_jobs": jobs, "refit": False}
    options["error_score"] = "raise"
    searcher = GridSearchCV
    if method == "halving":
        n_rarest = min(Counter(labels.tolist()).values())
        rounds = int(np.log(n_all) / np.log(_FACTOR) + 1e-9)
        fewest = max(_LEAST_FACES * len(labels) // n_rarest, len(labels) // _FACTOR**rounds)
        searcher = partial(HalvingGridSearchCV, factor=_FACTOR, random_state=seed)
        options["min_resources"] = min(len(labels), fewest)
    elif method == "random":
        searcher = partial(RandomizedSearchCV, n_iter=min(candidates, n_all), random_state=seed)
    with tempfile.TemporaryDirectory(prefix="happysad-") as memory:
        # What comes before the classifier is fitted once for all candidates that share it.
        model = CachedClassifier(make_model(name, seed)[1:].set_params(memory=memory), cache)
        found = searcher(model, grid, **options).fit(faces, labels)
    best = {setting: found.best_params_[_PREFIX + setting] for setting in space}
    return best, _candidates(found.cv_results_, list(space), len(faces))


def _candidates(results: Any, settings: list[str], n_faces: int) -> pd.DataFrame:
    import pandas as pd

    tried = results["params"]
    table = pd.DataFrame({name: [one[_PREFIX + name] for one in tried] for name in settings})
    table["n_faces"] = results.get("n_resources", n_faces)
    table["mean"] = results["mean_test_score"]
    table["sd"] = results["std_test_score"]
    table["fit_s"] = results["mean_fit_time"]
    # Those tried on more faces are ahead of those that were given up before.
    table = table.sort_values(["n_faces", "mean"], ascending=False, kind="stable")
    table["rank"] = range(1, len(table) + 1)
    return table[[*settings, "n_faces", "mean", "sd", "rank", "fit_s"]].reset_index(drop=True)
