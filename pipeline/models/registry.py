"""The named recipes: from images to happy or sad, a few lines each."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import partial
from pathlib import Path
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
from happysad.pipeline.estimators.calibration import CalibratedClassifier, CopiesTogether
from happysad.pipeline.estimators.face_model import FaceModel
from happysad.pipeline.estimators.samplers import MirroredCopies
from happysad.pipeline.estimators.scaled_pca import ScaledPCA
from happysad.pipeline.models.recipe import Recipe, Step, balanced, read_recipe_file, tuned
from happysad.utils.errors import UserError


def make_model(name: str, random_state: int = 0, **face_options: Any) -> FaceModel:
    """An unfitted Pipeline from images to ``happy`` or ``sad``.

    Parameters
    ----------
    name : str
        One of ``RECIPES``, or a variant: see ``find_recipe``.
    random_state : int
        Given to every step that draws numbers.
    **face_options
        Parameters of the ``FaceAligner``, as ``n_jobs=2``.

    Returns
    -------
    FaceModel, a sklearn.pipeline.Pipeline
        ``fit``, ``predict`` and ``predict_proba`` take paths or uint8 arrays; ``model[1:]``
        takes the ``Faces`` of them.

    Raises
    ------
    UserError
        There is no such recipe, or a parameter has a value that it cannot have.

    Examples
    --------
    >>> from happysad.pipeline.models.registry import make_model
    >>> list(make_model("fusion-svm").named_steps)
    ['faces', 'mirror', 'features', 'classifier']
    """
    return find_recipe(name).model(random_state, **face_options)


def find_recipe(name: str) -> Recipe:
    """The recipe of a name.

    Parameters
    ----------
    name : str
        One of ``RECIPES``, or the path of a recipe file (``.toml``); "+class-weight" or
        "+oversample" after it for one that gives both classes the same weight.

    Raises
    ------
    UserError
        There is no such recipe; the message lists those there are.

    Examples
    --------
    >>> from happysad.pipeline.models import find_recipe
    >>> find_recipe("hog-svm+oversample").summary
    'SVM on HOG, rarer class oversampled'
    """
    if not isinstance(name, str):
        raise UserError(f"a recipe is named by a text such as 'hog-svm', not {name!r}")
    base, plus, how = name.partition("+")
    if plus:
        return balanced(find_recipe(base), how)
    if name.endswith(".toml"):
        inner, summary, parameters = read_recipe_file(name)
        try:
            return tuned(find_recipe(inner), parameters, summary)
        except UserError as error:
            raise UserError(f"the recipe {name}: {error}") from None
    if name in RECIPES:
        return RECIPES[name]
    near = get_close_matches(name, RECIPES, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise UserError(f"there is no model named {name!r}: {hint}the models are {', '.join(RECIPES)}")


def short_name(name: str) -> str:
    """What tables call a model: its name, for a recipe file the file's, without folders."""
    base, plus, how = name.partition("+")
    return (Path(base).stem if base.endswith(".toml") else base) + plus + how


_BLOCKS: dict[str, tuple[FaceFeature, int]] = {
    "landmarks": (LandmarkGeometry(), 60),
    "hog": (Hog(cell=12), 150),
    "lbp": (Lbp(overlap=True), 150),
    "bovw": (VisualWords(), 150),
    "embedding": (Embedding(), 128),
}
"""Each block's extractor, and how many principal components of its columns are kept."""


def _on_features(classifier: Any, state: int, weights: Mapping[str, float]) -> list[Step]:
    """The classifier on blocks of features side by side, fitted on mirrored copies too.

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
    return [
        ("mirror", MirroredCopies()),
        ("features", FeatureUnion(blocks, transformer_weights=roots)),
        ("classifier", classifier),
    ]


def _svm(state: int, **weights: float) -> list[Step]:
    from happysad.pipeline.estimators.svc import CompactSVC

    svc = CompactSVC(C=2.0, gamma=1.0, cache_size=1000, random_state=state)
    calibrated = CalibratedClassifier(svc, cv=CopiesTogether(n_splits=3))
    return _on_features(calibrated, state, weights)


def _boosting(state: int, **weights: float) -> list[Step]:
    from sklearn.ensemble import HistGradientBoostingClassifier

    trees = HistGradientBoostingClassifier(
        max_iter=300, learning_rate=0.08, early_stopping=False, random_state=state
    )
    return _on_features(trees, state, weights)


def _dummy(state: int) -> list[Step]:
    from sklearn.dummy import DummyClassifier

    return [("classifier", DummyClassifier(strategy="prior", random_state=state))]


def _pixels(state: int) -> list[Step]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    block = Pipeline([("extract", Pixels(24)), ("scale", StandardScaler())])
    return [
        ("features", FeatureUnion([("pixels", block)])),
        ("classifier", LogisticRegression(C=0.01, max_iter=1000, random_state=state)),
    ]


def _cnn(state: int, **params: Any) -> list[Step]:
    from happysad.pipeline.cnn.classifier import CnnClassifier

    return [("classifier", CnnClassifier(**params, random_state=state))]


_DALAL = "Dalal and Triggs (2005)"
_AHONEN = "Ahonen, Hadid and Pietikäinen (2006)"
_COATES = "Coates, Lee and Ng (2011)"
_KAZEMI = "Kazemi and Sullivan (2014)"
_KE = "Ke et al. (2017)"

RECIPES: dict[str, Recipe] = {
    "dummy": Recipe("always the class seen most often", _dummy, cost=0),
    "pixels-logreg": Recipe("logistic regression on 24x24 pixels", _pixels, cost=1),
    "landmarks-svm": Recipe(
        "SVM on the geometry of 68 landmarks",
        partial(_svm, landmarks=1.0),
        cost=30,
        citation=_KAZEMI,
        predictor="68",
    ),
    "hog-svm": Recipe("SVM on HOG", partial(_svm, hog=1.0), cost=50, citation=_DALAL),
    "lbp-svm": Recipe("SVM on LBP histograms", partial(_svm, lbp=1.0), cost=55, citation=_AHONEN),
    "bovw-svm": Recipe(
        "SVM on a bag of visual words", partial(_svm, bovw=1.0), cost=50, citation=_COATES
    ),
    "landmarks-gb": Recipe(
        "gradient boosting on the geometry of 68 landmarks",
        partial(_boosting, landmarks=1.0),
        cost=6,
        citation=_KE,
        predictor="68",
    ),
    "hog-lbp-svm": Recipe(
        "SVM on HOG and LBP",
        partial(_svm, hog=0.5, lbp=0.5),
        cost=90,
        citation=f"{_DALAL}; {_AHONEN}",
    ),
    "texture-svm": Recipe(
        "SVM on HOG, LBP and visual words, free of landmarks",
        partial(_svm, hog=0.35, lbp=0.30, bovw=0.35),
        cost=120,
        citation=f"{_DALAL}; {_AHONEN}; {_COATES}",
    ),
    "fusion-svm": Recipe(
        "SVM on landmarks, HOG, LBP and visual words",
        partial(_svm, landmarks=0.20, hog=0.28, lbp=0.24, bovw=0.28),
        cost=130,
        citation=f"{_KAZEMI}; {_DALAL}; {_AHONEN}; {_COATES}",
        predictor="68",
    ),
    "fusion-gb": Recipe(
        "gradient boosting on landmarks, HOG, LBP and visual words",
        partial(_boosting, landmarks=0.20, hog=0.28, lbp=0.24, bovw=0.28),
        cost=60,
        citation=_KE,
        predictor="68",
    ),
    "embedding-svm": Recipe(
        "SVM on dlib's face recognition network",
        partial(_svm, embedding=1.0),
        cost=50,
        citation="King (2017)",
        standard=False,  # 80 CPU milliseconds a face, fifty times what the others take
    ),
    "cnn-small": Recipe("the small CNN on the aligned crops", _cnn, cost=550),
    "cnn-color": Recipe(
        "the small CNN on colour crops of 128x128",
        partial(_cnn, input_size=128, epochs=15),
        cost=5500,
        face_options={"size": 128, "color": True},
        standard=False,  # ten times the cost, for nothing where images are grey
    ),
    "cnn-resnet": Recipe(
        "a residual CNN on the aligned crops",
        partial(_cnn, architecture="resnet"),
        cost=950,
        citation="He et al. (2016)",
    ),
}
"""Name to recipe, the plainest first."""

STANDARD = [name for name, recipe in RECIPES.items() if recipe.standard]
"""What a comparison takes where no models are named."""
