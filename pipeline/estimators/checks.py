"""Checks of labels and parameters before the slow work of a fit begins."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.pipeline import FeatureUnion
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils._param_validation import InvalidParameterError, validate_parameter_constraints
from sklearn.utils.multiclass import check_classification_targets

from happysad.features.base import FaceFeature
from happysad.features.faces.face_batch import Faces
from happysad.utils.errors import UserError

_STEP_CHECKS = ("_validate_steps", "_validate_transformers", "_validate_transformer_weights")
"""What scikit-learn's Pipeline and FeatureUnion check first when they are fitted."""

_UNION_CONSTRAINTS: dict[str, list[Any]] = {
    "transformer_list": [list],
    "transformer_weights": [dict, None],
    "n_jobs": [Integral, None],
    "verbose": ["boolean"],
    "verbose_feature_names_out": ["boolean", str, callable],
}
"""Of ``FeatureUnion``, which scikit-learn does not check."""


def check_labels(X: Any, y: ArrayLike | None) -> NDArray[Any]:
    """The labels (n,) of ``n`` faces; ValueError where they are not those of two classes.

    Checked and worded as by scikit-learn's binary classifiers.
    """
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None")
    import pandas as pd

    given = column_or_1d(np.asarray(y, dtype=object), warn=True)
    check_consistent_length(X, given)
    if pd.isna(given).any():
        raise ValueError("Input y contains NaN.")
    if len({isinstance(label, str) for label in given}) > 1:
        raise ValueError("Mix of label input types (string and number)")
    labels = np.array(given.tolist())
    check_classification_targets(labels)
    classes = np.unique(labels).tolist()
    if len(classes) > 2:
        raise ValueError(
            "Only binary classification is supported. The type of the target is multiclass: "
            f"{', '.join(map(str, classes[:5]))}."
        )
    if len(classes) < 2:
        raise ValueError(f"The number of classes has to be greater than one; got {classes}.")
    return labels


def check_parameters(model: Any) -> None:
    """UserError, with the parameter's full name, where a step of a Pipeline cannot have it.

    Features must fit the crops, too.
    """
    params = {"": model, **model.get_params(deep=True)}
    for name, value in params.items():
        if not isinstance(value, type):
            _check_values(name, value)
            _check_steps(name, value)
    aligner = params.get("faces")
    if aligner is None or not hasattr(aligner, "size"):
        return
    for name, value in params.items():
        if isinstance(value, FaceFeature):
            try:
                clone(value).fit(Faces.empty(aligner.size, aligner.color))
            except ValueError as error:
                raise UserError(f"{name}: {error}") from None


def _check_values(name: str, estimator: Any) -> None:
    constraints = getattr(estimator, "_parameter_constraints", None)
    constraints = _UNION_CONSTRAINTS if isinstance(estimator, FeatureUnion) else constraints
    if constraints is None:
        return
    params, kind = estimator.get_params(deep=False), type(estimator).__name__
    try:
        validate_parameter_constraints(constraints, params, kind)
    except InvalidParameterError as error:  # "The 'C' parameter of SVC must be ..."
        text = str(error)
        own = text.split("'")[1]
        full = f"{name}__{own}" if name else own
        raise UserError(text.replace(f"The '{own}' parameter of {kind}", full)) from None


def _check_steps(name: str, estimator: Any) -> None:
    for check in _STEP_CHECKS:
        try:
            getattr(estimator, check, lambda: None)()
        except (TypeError, ValueError) as error:
            message = " ".join(str(error).split())
            raise UserError(f"{name}: {message}" if name else message) from None
