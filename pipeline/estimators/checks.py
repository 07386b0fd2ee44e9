"""What a model refuses before the slow work begins: labels and values that cannot be."""

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

_OF_PARTS = ("_validate_steps", "_validate_transformers", "_validate_transformer_weights")
"""What scikit-learn's Pipeline and FeatureUnion check first when they are fitted."""

_OF_UNION: dict[str, list[Any]] = {
    "transformer_list": [list],
    "transformer_weights": [dict, None],
    "n_jobs": [Integral, None],
    "verbose": ["boolean"],
    "verbose_feature_names_out": ["boolean", str, callable],
}
"""Of ``FeatureUnion``, which scikit-learn does not check."""


def check_labels(X: Any, y: ArrayLike | None) -> NDArray[Any]:
    """The labels (n,) of ``n`` faces, as scikit-learn's binary classifiers check them.

    Raises
    ------
    ValueError
        Labels of another number or shape, missing ones, or other than two classes.
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
    """Refuse what a step of a Pipeline could not be fitted with, by the parameter's full name.

    Features are also asked whether they fit the crops, where the face stage is there.

    Raises
    ------
    UserError
    """
    parts = {"": model, **model.get_params(deep=True)}
    for name, part in parts.items():
        if not isinstance(part, type):
            _check_values(name, part)
            _check_parts(name, part)
    aligner = parts.get("faces")
    if aligner is None or not hasattr(aligner, "size"):
        return
    for name, part in parts.items():
        if isinstance(part, FaceFeature):
            try:
                clone(part).fit(Faces.empty(aligner.size, aligner.color))
            except ValueError as error:
                raise UserError(f"{name}: {error}") from None


def _check_values(name: str, part: Any) -> None:
    constraints = getattr(part, "_parameter_constraints", None)
    constraints = _OF_UNION if isinstance(part, FeatureUnion) else constraints
    if constraints is None:
        return
    try:
        validate_parameter_constraints(
            constraints, part.get_params(deep=False), type(part).__name__
        )
    except InvalidParameterError as error:  # "The 'C' parameter of SVC must be ..."
        text, kind = str(error), type(part).__name__
        own = text.split("'")[1]
        full = f"{name}__{own}" if name else own
        raise UserError(text.replace(f"The '{own}' parameter of {kind}", full)) from None


def _check_parts(name: str, part: Any) -> None:
    for check in _OF_PARTS:
        try:
            getattr(part, check, lambda: None)()
        except (TypeError, ValueError) as error:
            told = " ".join(str(error).split())
            raise UserError(f"{name}: {told}" if name else told) from None
