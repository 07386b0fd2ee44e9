"""The blocks of features of a model's ``FeatureUnion``, and its predictions for changed ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import FeatureUnion, Pipeline

from happysad.features.base import FaceFeature
from happysad.features.faces.face_batch import Faces
from happysad.pipeline.estimators.fitted_model import predict_p_happy


class FeatureBlock(NamedTuple):
    """One extractor of a recipe, and what reduces its columns."""

    name: str
    extractor: FaceFeature
    reduce: Pipeline
    weight: float

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean of each column over the training faces: (d,) float64."""
        return np.asarray(self.reduce[0].mean_, np.float64)


def feature_blocks(model: Pipeline) -> list[FeatureBlock]:
    """The blocks of a model's step ``features``, in order.

    None where it has no such blocks: a CNN, or a Pipeline of another shape that a user made.
    """
    union = model.steps[-2][1]
    if not isinstance(union, FeatureUnion) or not all(map(_is_block, union.transformer_list)):
        return []
    weights = union.transformer_weights or {}
    return [
        FeatureBlock(name, block[0], block[1:], weights.get(name, 1.0))
        for name, block in union.transformer_list
    ]


def _is_block(named: tuple[str, Any]) -> bool:
    block = named[1]
    return (
        isinstance(block, Pipeline)
        and len(block) > 1
        and isinstance(block[0], FaceFeature)
        and hasattr(block[1], "mean_")
    )


def extracted(model: Pipeline, faces: Faces) -> dict[str, NDArray[np.float32]]:
    """The features of ``n`` faces as the extractors give them: (n, d) float32 by block."""
    blocks = feature_blocks(model)
    return {block.name: np.asarray(block.extractor.transform(faces)) for block in blocks}


def p_happy_of_features(
    model: Pipeline, rows: Mapping[str, NDArray[np.float32]]
) -> NDArray[np.float64]:
    """p(happy) of ``n`` faces whose features are given by block, as ``extracted`` gives them."""
    columns = [
        block.weight * block.reduce.transform(rows[block.name].astype(np.float32))
        for block in feature_blocks(model)
    ]
    return predict_p_happy(model[-1], np.concatenate(columns, axis=1))


def log_odds_happy(model: Pipeline, faces: Faces) -> NDArray[np.float64]:
    """Log of p(happy) / p(sad) of ``n`` faces by a fitted model: (n,) float64.

    Within 35 of 0, as probabilities nearer to 0 or 1 are rounded; of a CNN, whose arithmetic is
    of single precision, within 17.
    """
    is_cnn = hasattr(model[-1], "precision")
    return _log_odds(predict_p_happy(model[1:], faces), rounding=1e-7 if is_cnn else 1e-15)


def log_odds_with_mean(
    model: Pipeline, face: Faces, masks: Mapping[str, NDArray[np.bool_]]
) -> NDArray[np.float64]:
    """Log-odds of happy of ``m`` copies of one face, some columns set to their training means.

    ``masks``, by block: (m, d) bool, the columns to set in each copy.
    """
    rows, copies = extracted(model, face), len(next(iter(masks.values())))
    changed = {
        block.name: np.where(masks[block.name], block.mean, rows[block.name])
        if block.name in masks
        else np.repeat(rows[block.name], copies, axis=0)
        for block in feature_blocks(model)
    }
    return _log_odds(p_happy_of_features(model, changed))


def _log_odds(happy: NDArray[np.float64], rounding: float = 1e-15) -> NDArray[np.float64]:
    logs = np.log(np.maximum(np.stack([happy, 1 - happy]), rounding))
    return np.asarray(logs[0] - logs[1])
