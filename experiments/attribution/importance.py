"""Permutation importance of named groups of features, for a fitted handcrafted model.

Breiman (2001), Random forests: the values of a feature are permuted among the faces, and what
the model's scores lose by it is what it drew from that feature alone. A feature whose
information is in others as well loses little, though the model may rest on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from happysad.experiments.attribution.feature_groups import feature_groups
from happysad.features.faces.face_batch import Faces
from happysad.pipeline.estimators.feature_blocks import (
    extracted,
    feature_blocks,
    p_happy_of_features,
)
from happysad.utils.progress import report

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

SCORES = ("balanced_accuracy", "roc_auc")
Scores = NDArray[np.float64]


def permutation_importance(
    model: Pipeline, faces: Faces, labels: NDArray[np.str_], repeats: int = 5, seed: int = 0
) -> pd.DataFrame:
    """What each group of features gives to the scores on some faces.

    Parameters
    ----------
    model : Pipeline
        Fitted, from ``Faces`` on (``model[1:]``).
    faces, labels : n of each
        Faces that the model was not fitted on.
    repeats : int
        So many times the values are permuted.
    seed : int

    Returns
    -------
    pandas.DataFrame
        block, group, n_columns, roc_auc_alone (of a group of one column, the
        AUC of its values as they are: below 0.5 where sad faces have the higher ones), repeats,
        and for each of ``SCORES`` the value of the untouched features, the mean drop and its
        standard deviation over the repeats.

    Examples
    --------
    >>> from happysad.pipeline.demo.demo_faces import make_demo_faces
    >>> from happysad.pipeline.models.registry import make_model
    >>> images, labels = make_demo_faces(24, random_state=0)
    >>> model = make_model("landmarks-gb").set_params(classifier__max_iter=2)
    >>> faces = model[0].transform(list(images))
    >>> table = permutation_importance(model[1:].fit(faces, labels), faces, labels, repeats=1)
    >>> "mouth_width" in set(table["group"])
    True
    """
    import pandas as pd
    from sklearn.metrics import roc_auc_score

    features = extracted(model, faces)
    base = _scores(model, features, labels)
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(len(faces)) for _ in range(repeats)]
    groups = [
        (block.name, *group)
        for block in feature_blocks(model)
        for group in feature_groups(block.extractor, faces.size).items()
    ]
    rows = []
    for done, (block, group, columns) in enumerate(groups):
        report("permuting features", done, len(groups))
        drops = []
        for order in orders:
            permuted = features[block].copy()
            permuted[:, columns] = permuted[np.ix_(order, columns)]
            drops.append(base - _scores(model, {**features, block: permuted}, labels))
        row: dict[str, Any] = {"block": block, "group": group, "n_columns": len(columns)}
        alone = features[block][:, columns[0]] if len(columns) == 1 else None
        row["roc_auc_alone"] = np.nan if alone is None else roc_auc_score(labels == "happy", alone)
        row["repeats"] = repeats
        for name, value, drop in zip(SCORES, base, np.transpose(drops), strict=True):
            row[name] = value
            row[f"{name}_drop"] = drop.mean()
            row[f"{name}_drop_sd"] = drop.std(ddof=1) if repeats > 1 else np.nan
        rows.append(row)
    return pd.DataFrame(rows)


def _scores(
    model: Pipeline, features: dict[str, NDArray[np.float32]], labels: NDArray[np.str_]
) -> Scores:
    from happysad.pipeline.evaluation.metrics import evaluate

    measured = evaluate(labels, p_happy_of_features(model, features))
    return np.array([measured[name] for name in SCORES])
