"""The steps that follow the face stage, of each kind of recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import FeatureUnion, Pipeline

from happysad.features.base import FaceFeature
from happysad.features.embedding import Embedding
from happysad.features.hog import Hog
from happysad.features.landmarks import LandmarkGeometry
from happysad.features.lbp import Lbp
from happysad.features.pixels import Pixels
from happysad.features.visual_words import VisualWords
from happysad.pipeline.estimators.augmentation import AugmentedFaces
from happysad.pipeline.estimators.calibration import CalibratedClassifier, CopiesTogether
from happysad.pipeline.estimators.face_model import FaceModel
from happysad.pipeline.estimators.scaled_pca import ScaledPCA
from happysad.pipeline.models.recipe import Step

_BLOCKS: dict[str, tuple[FaceFeature, int]] = {
    "landmarks": (LandmarkGeometry(symmetric=True), 60),
    "hog": (Hog(cell=12, symmetric=True), 150),
    "lbp": (Lbp(overlap=True, symmetric=True), 150),
    "bovw": (VisualWords(symmetric=True), 150),
    "embedding": (Embedding(), 128),
}
"""Each block's extractor, and how many principal components of its columns are kept."""


AUGMENTED = 2  # a changed copy of every second face

_NOT_AUGMENTED = {"landmarks", "embedding"}  # they stay as they are; 80 CPU milliseconds a copy


def _augmented(weights: Mapping[str, float]) -> int:
    return AUGMENTED if set(weights) - _NOT_AUGMENTED else 0


def _on_features(classifier: Any, state: int, weights: Mapping[str, float]) -> list[Step]:
    """The classifier on blocks of features side by side.

    Squared distances are shared among the blocks by their weights.
    """
    from sklearn.preprocessing import StandardScaler

    blocks = []
    for name in weights:
        extractor, components = _BLOCKS[name]
        scale = [("scale", StandardScaler())] if name == "landmarks" else []
        reduce = ScaledPCA(components, random_state=state)
        block = Pipeline([("extract", clone(extractor)), *scale, ("reduce", reduce)])
        blocks.append((name, block))
    roots = {name: float(np.sqrt(weight)) for name, weight in weights.items()}
    union = FeatureUnion(blocks, transformer_weights=roots)
    every = _augmented(weights)
    augment: list[Step] = [("augment", AugmentedFaces(every))] if every else []
    return [*augment, ("features", union), ("classifier", classifier)]


def svm(state: int, **weights: float) -> list[Step]:
    from happysad.pipeline.estimators.svc import CompactSVC

    svc = CompactSVC(C=4.0, gamma=1.0, cache_size=1000, random_state=state)
    folds = CopiesTogether(n_splits=3, augmented=_augmented(weights))
    calibrated = CalibratedClassifier(svc, cv=folds)
    return _on_features(calibrated, state, weights)


def boosting(state: int, **weights: float) -> list[Step]:
    from sklearn.ensemble import HistGradientBoostingClassifier

    trees = HistGradientBoostingClassifier(
        max_iter=300, learning_rate=0.08, early_stopping=False, random_state=state
    )
    return _on_features(trees, state, weights)


def dummy(state: int) -> list[Step]:
    from sklearn.dummy import DummyClassifier

    return [("classifier", DummyClassifier(strategy="prior", random_state=state))]


def pixels(state: int) -> list[Step]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    block = Pipeline([("extract", Pixels(24)), ("scale", StandardScaler())])
    return [
        ("features", FeatureUnion([("pixels", block)])),
        ("classifier", LogisticRegression(C=0.01, max_iter=1000, random_state=state)),
    ]


def cnn(state: int, **params: Any) -> list[Step]:
    from happysad.pipeline.cnn.classifier import CnnClassifier

    return [("classifier", CnnClassifier(**params, random_state=state))]


def stack(state: int, **weights: float) -> list[Step]:
    """A handcrafted model and the pre-trained CNN as it is: the mean of their probabilities."""
    from sklearn.ensemble import VotingClassifier

    ((_, network),) = cnn(state, architecture="resnet", start_from="pretrained", epochs=0)
    both = [("handcrafted", FaceModel(svm(state, **weights))), ("cnn", network)]
    return [("classifier", VotingClassifier(both, voting="soft"))]
