"""The named recipes: from images to happy or sad, a few lines each."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sklearn.pipeline import FeatureUnion, Pipeline

from happysad.features.embedding import Embedding
from happysad.features.errors import UserError
from happysad.features.faces import FaceAligner
from happysad.features.hog import Hog
from happysad.features.landmarks import LandmarkGeometry
from happysad.features.lbp import Lbp
from happysad.features.pixels import Pixels
from happysad.features.words import PatchWords
from happysad.pipeline.block import PrincipalBlock
from happysad.pipeline.face_model import FaceModel
from happysad.pipeline.kernel_svm import KernelSvm
from happysad.pipeline.recipe import Recipe, Step, balanced, tuned
from happysad.pipeline.recipe_file import read_recipe_file


def make_model(name: str, random_state: int = 0, **face_options: Any) -> Pipeline:
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
        There is no such recipe.
    """
    recipe = find_recipe(name)
    options = {"predictor": recipe.predictor, **recipe.face_options, **face_options}
    aligner = FaceAligner().set_params(**options)
    return FaceModel([("faces", aligner), *recipe.steps(random_state)])


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
    """
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


def _geometry(state: int, weight: float = 1.0) -> PrincipalBlock:
    return PrincipalBlock(LandmarkGeometry(), 100, weight, standardize=True, random_state=state)


def _hog(state: int, weight: float = 1.0) -> PrincipalBlock:
    return PrincipalBlock(Hog(cell=12), 200, weight, random_state=state)


def _lbp(state: int, weight: float = 1.0) -> PrincipalBlock:
    return PrincipalBlock(Lbp(overlap=True), 250, weight, random_state=state)


def _words(state: int, weight: float = 1.0) -> PrincipalBlock:
    return PrincipalBlock(PatchWords(), 250, weight, random_state=state)


def _embedding(state: int) -> PrincipalBlock:
    return PrincipalBlock(Embedding(), 128, random_state=state)


def _fusion(state: int) -> FeatureUnion:
    blocks = [
        ("landmarks", _geometry(state, weight=0.20)),
        ("hog", _hog(state, weight=0.28)),
        ("lbp", _lbp(state, weight=0.24)),
        ("words", _words(state, weight=0.28)),
    ]
    return FeatureUnion(blocks)


def _textures(state: int) -> FeatureUnion:
    blocks = [
        ("hog", _hog(state, weight=0.35)),
        ("lbp", _lbp(state, weight=0.30)),
        ("words", _words(state, weight=0.35)),
    ]
    return FeatureUnion(blocks)


def _hog_and_lbp(state: int) -> FeatureUnion:
    return FeatureUnion([("hog", _hog(state, weight=0.5)), ("lbp", _lbp(state, weight=0.5))])


def _boosting(state: int) -> Step:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return "classify", HistGradientBoostingClassifier(
        max_iter=300, learning_rate=0.08, early_stopping=True, random_state=state
    )


def _dummy(state: int) -> list[Step]:
    from sklearn.dummy import DummyClassifier

    return [("classify", DummyClassifier(strategy="prior", random_state=state))]


def _pixels(state: int) -> list[Step]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    return [
        ("describe", Pixels(24)),
        ("scale", StandardScaler()),
        ("classify", LogisticRegression(C=0.01, max_iter=1000, random_state=state)),
    ]


def _cnn(**options: Any) -> Callable[[int], list[Step]]:
    def steps(state: int) -> list[Step]:
        from happysad.pipeline.cnn import CnnClassifier

        return [("classify", CnnClassifier(**options, random_state=state))]

    return steps


def _svm_on(describe: Callable[[int], Any], **options: Any) -> Callable[[int], list[Step]]:
    return lambda state: [("classify", KernelSvm(describe(state), random_state=state, **options))]


def _boosting_on(describe: Callable[[int], Any]) -> Callable[[int], list[Step]]:
    return lambda state: [("describe", describe(state)), _boosting(state)]


RECIPES: dict[str, Recipe] = {
    "dummy": Recipe("always the class seen most often", _dummy, "5"),
    "pixels-logreg": Recipe("logistic regression on 24x24 pixels", _pixels, "5"),
    "landmarks-svm": Recipe("SVM on the geometry of 68 landmarks", _svm_on(_geometry)),
    "hog-svm": Recipe("SVM on HOG", _svm_on(_hog), "5"),
    "lbp-svm": Recipe("SVM on LBP histograms", _svm_on(_lbp), "5"),
    "words-svm": Recipe("SVM on counts of small patterns", _svm_on(_words), "5"),
    "landmarks-gb": Recipe("boosting on the geometry of 68 landmarks", _boosting_on(_geometry)),
    "hog-lbp-svm": Recipe("SVM on HOG and LBP", _svm_on(_hog_and_lbp), "5"),
    "textures-svm": Recipe(
        "SVM on HOG, LBP and words, free of landmarks", _svm_on(_textures, n_centers=4000), "5"
    ),
    "fusion-svm": Recipe("SVM on landmarks, HOG, LBP and words", _svm_on(_fusion)),
    "fusion-gb": Recipe("boosting on landmarks, HOG, LBP and words", _boosting_on(_fusion)),
    "embedding-svm": Recipe(
        "SVM on dlib's face recognition network",
        _svm_on(_embedding),
        "5",
        standard=False,  # 80 CPU milliseconds a face, fifty times what the others take
    ),
    "cnn-small": Recipe("the small CNN on the aligned crops", _cnn(), "5"),
    "cnn-color": Recipe(
        "the small CNN on colour crops of 128x128",
        _cnn(input_size=128, epochs=15),
        "5",
        {"size": 128, "color": True},
        standard=False,  # ten times the cost, for nothing where images are grey
    ),
    "cnn-resnet": Recipe("a residual CNN on the aligned crops", _cnn(architecture="resnet"), "5"),
}
"""Name to recipe, the plainest first."""

STANDARD = [name for name, recipe in RECIPES.items() if recipe.standard]
"""What a comparison takes where no models are named."""
