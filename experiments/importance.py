"""Permutation importance of named groups of features, for a fitted model of any recipe.

Breiman (2001), Random forests: the values of a feature are dealt out anew among the faces, and
what the model's scores lose by it is what it drew from that feature alone. A feature whose
information is in others as well loses little, though the model may rest on it.
"""

from __future__ import annotations

import hashlib
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from happysad.experiments.feature_groups import Columns, feature_groups
from happysad.features.base import FaceFeature
from happysad.features.batch import Faces
from happysad.features.progress import report

if TYPE_CHECKING:
    import pandas as pd

SCORES = ("balanced_accuracy", "roc_auc")
Scores = NDArray[np.float64]


class Dealt:
    """The features of one batch of faces, computed once, some columns dealt out anew.

    Attributes
    ----------
    columns : dict of space to (k,) int
        What is dealt out anew.
    order : (n,) int
        Whose values each face gets.
    """

    def __init__(self) -> None:
        self.columns: dict[str, Columns] = {}
        self.order: NDArray[np.intp] = np.zeros(0, np.intp)
        self._known: dict[tuple[str, str], NDArray[np.float32]] = {}

    def rows(self, extractor: FaceFeature, faces: Faces) -> NDArray[np.float32]:
        """The features of the batch, with the columns dealt out anew."""
        rows, columns = self.untouched(extractor, faces), self.columns.get(extractor.space())
        if columns is not None:
            rows = rows.copy()
            rows[:, columns] = rows[np.ix_(self.order, columns)]
        return rows

    def untouched(self, extractor: FaceFeature, faces: Faces) -> NDArray[np.float32]:
        """The features as they are, (n, d) float32."""
        # By content: faces may have no keys.
        key = (extractor.space(), hashlib.sha256(faces.crops.tobytes()).hexdigest())
        if key not in self._known:
            self._known[key] = extractor.transform(faces)
        return self._known[key]


class StandIn(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Takes the place of an extractor in a fitted model and gives what a ``Dealt`` holds."""

    def __init__(self, extractor: FaceFeature, dealt: Dealt) -> None:
        self.extractor = extractor
        self.dealt = dealt

    def transform(self, X: Faces) -> NDArray[np.float32]:
        """Features of the whole batch, (n, d) float32."""
        return self.dealt.rows(self.extractor, X)

    def __sklearn_is_fitted__(self) -> bool:
        return True


def permutation_importance(
    model: Any, faces: Faces, labels: NDArray[np.str_], repeats: int = 5, seed: int = 0
) -> pd.DataFrame:
    """What each group of features gives to the scores on some faces.

    Parameters
    ----------
    model : Pipeline
        Fitted, from ``Faces`` on (``model[1:]``).
    faces, labels : n of each
        Faces that the model was not fitted on.
    repeats : int
        So many times the values are dealt out.
    seed : int

    Returns
    -------
    pandas.DataFrame
        block (the extractor), group, n_columns, roc_auc_alone (of a group of one column, the
        AUC of its values as they are: below 0.5 where sad faces have the higher ones), repeats,
        and for each of ``SCORES`` the value of the untouched features, the mean drop and its
        standard deviation over the repeats.
    """
    import pandas as pd

    dealt, found = Dealt(), dict[str, FaceFeature]()
    model = swap_extractors(deepcopy(model), dealt, found)
    base = _scores(model, faces, labels)
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(len(faces)) for _ in range(repeats)]
    rows = []
    groups = [
        (extractor, *group)
        for extractor in found.values()
        for group in feature_groups(extractor, faces.size).items()
    ]
    for done, (extractor, group, columns) in enumerate(groups):
        report("permuting features", done, len(groups))
        dealt.columns = {extractor.space(): columns}
        drops = []
        for dealt.order in orders:
            drops.append(base - _scores(model, faces, labels))
        row = {"block": type(extractor).__name__, "group": group, "n_columns": len(columns)}
        row["roc_auc_alone"] = float("nan")
        if len(columns) == 1:
            row["roc_auc_alone"] = _auc(labels, dealt.untouched(extractor, faces)[:, columns[0]])
        rows.append(row | {"repeats": repeats} | _summary(base, np.array(drops)))
    return pd.DataFrame(rows)


def _summary(base: Scores, drops: Scores) -> dict[str, float]:
    row = {}
    for i, name in enumerate(SCORES):
        row[name] = float(base[i])
        row[f"{name}_drop"] = float(drops[:, i].mean())
        row[f"{name}_drop_sd"] = float(drops[:, i].std(ddof=1)) if len(drops) > 1 else float("nan")
    return row


def _scores(model: Any, faces: Faces, labels: NDArray[np.str_]) -> Scores:
    from happysad.pipeline.metrics import evaluate

    p_happy = model.predict_proba(faces)[:, list(model.classes_).index("happy")]
    measured = evaluate(labels, p_happy)
    return np.array([measured[name] for name in SCORES])


def _auc(labels: NDArray[np.str_], values: NDArray[np.float32]) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(labels == "happy", values))


def swap_extractors(thing: Any, dealt: Dealt, found: dict[str, FaceFeature]) -> Any:
    """Put a ``StandIn`` for each extractor within a fitted model; give what takes its place.

    ``found`` gets the extractors by their ``space()``.
    """
    if isinstance(thing, FaceFeature):
        found[thing.space()] = thing
        return StandIn(thing, dealt)
    if isinstance(thing, list | tuple):
        return type(thing)(swap_extractors(one, dealt, found) for one in thing)
    if type(thing).__module__.startswith(("sklearn.", "happysad.pipeline.")):
        for name, value in list(getattr(thing, "__dict__", {}).items()):
            # Only what is fitted answers, and it must be there to the end.
            if isinstance(value, list | tuple | BaseEstimator) or hasattr(value, "predict_proba"):
                setattr(thing, name, swap_extractors(value, dealt, found))
    return thing
