"""The named recipes: from images to happy or sad, a few lines each."""

from __future__ import annotations

from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

from happysad.pipeline.estimators.face_model import FaceModel
from happysad.pipeline.models.recipe import Recipe, balanced, read_recipe_file, tuned
from happysad.pipeline.models.steps import boosting, cnn, dummy, pixels, stack, svm
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
    ['faces', 'augment', 'features', 'classifier']
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
    if name.endswith((".joblib", ".onnx")):
        raise UserError(f"{name} is a trained model: name a recipe here, such as hog-svm")
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


_DALAL = "Dalal and Triggs (2005)"
_AHONEN = "Ahonen, Hadid and Pietikäinen (2006)"
_COATES = "Coates, Lee and Ng (2011)"
_KAZEMI = "Kazemi and Sullivan (2014)"
_KE = "Ke et al. (2017)"
_HE = "He et al. (2016)"

RECIPES: dict[str, Recipe] = {
    "dummy": Recipe("always the class seen most often", dummy, cost=0, milliseconds=5.0),
    "pixels-logreg": Recipe(
        "logistic regression on 24x24 pixels", pixels, cost=1, milliseconds=5.5
    ),
    "landmarks-svm": Recipe(
        "SVM on the geometry of 68 landmarks",
        partial(svm, landmarks=1.0),
        cost=9,
        milliseconds=9.0,
        citation=_KAZEMI,
        predictor="68",
    ),
    "hog-svm": Recipe(
        "SVM on HOG", partial(svm, hog=1.0), cost=27, milliseconds=6.7, citation=_DALAL
    ),
    "lbp-svm": Recipe(
        "SVM on LBP histograms", partial(svm, lbp=1.0), cost=29, milliseconds=7.2, citation=_AHONEN
    ),
    "bovw-svm": Recipe(
        "SVM on a bag of visual words",
        partial(svm, bovw=1.0),
        cost=29,
        milliseconds=7.7,
        citation=_COATES,
    ),
    "landmarks-gb": Recipe(
        "gradient boosting on the geometry of 68 landmarks",
        partial(boosting, landmarks=1.0),
        cost=4,
        milliseconds=9.4,
        citation=_KE,
        predictor="68",
    ),
    "hog-lbp-svm": Recipe(
        "SVM on HOG and LBP",
        partial(svm, hog=0.5, lbp=0.5),
        cost=49,
        milliseconds=8.7,
        citation=f"{_DALAL}; {_AHONEN}",
    ),
    "texture-svm": Recipe(
        "SVM on HOG, LBP and visual words, free of landmarks",
        partial(svm, hog=0.35, lbp=0.30, bovw=0.35),
        cost=65,
        milliseconds=10.9,
        citation=f"{_DALAL}; {_AHONEN}; {_COATES}",
    ),
    "fusion-svm": Recipe(
        "SVM on landmarks, HOG, LBP and visual words",
        partial(svm, landmarks=0.20, hog=0.28, lbp=0.24, bovw=0.28),
        cost=93,
        milliseconds=13.9,
        citation=f"{_KAZEMI}; {_DALAL}; {_AHONEN}; {_COATES}",
        predictor="68",
    ),
    "fusion-gb": Recipe(
        "gradient boosting on landmarks, HOG, LBP and visual words",
        partial(boosting, landmarks=0.20, hog=0.28, lbp=0.24, bovw=0.28),
        cost=44,
        milliseconds=16.3,
        citation=_KE,
        predictor="68",
    ),
    "embedding-svm": Recipe(
        "SVM on dlib's face recognition network",
        partial(svm, embedding=1.0),
        cost=50,
        citation="King (2017)",
        standard=False,  # 80 CPU milliseconds a face, fifty times what the others take
    ),
    "cnn-small": Recipe("the small CNN on the aligned crops", cnn, cost=460, milliseconds=8.7),
    "cnn-color": Recipe(
        "the small CNN on colour crops of 128x128",
        partial(cnn, input_size=128, epochs=15),
        cost=5500,
        face_options={"size": 128, "color": True},
        standard=False,  # ten times the cost, for nothing where images are grey
    ),
    "cnn-resnet": Recipe(
        "a residual CNN on the aligned crops",
        partial(cnn, architecture="resnet"),
        cost=950,
        milliseconds=10.0,
        citation=_HE,
    ),
    "cnn-resnet18": Recipe(
        "torchvision's ResNet-18 on the aligned crops",
        partial(cnn, architecture="resnet18", input_size=96),
        cost=9000,
        citation=_HE,
        standard=False,  # needs torchvision, and weights to start from to be of use
    ),
    "cnn-pretrained": Recipe(
        "the residual CNN pre-trained on seven expressions, fine-tuned",
        partial(cnn, architecture="resnet", start_from="pretrained"),
        cost=440,
        milliseconds=9.5,
        citation=f"{_HE}; Goodfellow et al. (2013)",
    ),
    "stack": Recipe(
        "texture-svm and the pre-trained CNN as it is, the mean of their probabilities",
        partial(stack, hog=0.35, lbp=0.30, bovw=0.35),
        cost=65,
        milliseconds=17.3,
        citation=f"{_DALAL}; {_AHONEN}; {_COATES}; {_HE}; Goodfellow et al. (2013)",
    ),
    "fusion-stack": Recipe(
        "fusion-svm and the pre-trained CNN as it is, the mean of their probabilities",
        partial(stack, landmarks=0.20, hog=0.28, lbp=0.24, bovw=0.28),
        cost=95,
        milliseconds=20.0,
        citation=f"{_KAZEMI}; {_DALAL}; {_AHONEN}; {_COATES}; {_HE}; Goodfellow et al. (2013)",
        predictor="68",
    ),
}
"""Name to recipe, the plainest first."""

STANDARD = [name for name, recipe in RECIPES.items() if recipe.standard]
"""What a comparison takes where no models are named."""
