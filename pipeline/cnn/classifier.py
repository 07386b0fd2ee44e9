"""``CnnClassifier``: convolutional networks as a scikit-learn classifier on ``Faces``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils import check_consistent_length, check_random_state
from sklearn.utils.validation import check_is_fitted

from happysad.features.faces.face_batch import Faces
from happysad.pipeline.cnn import weights_file
from happysad.pipeline.cnn.preprocessing import NetworkClassifier, check_channels, to_bytes
from happysad.pipeline.cnn.settings import (
    CONSTRAINTS,
    STATE_DICTS,
    ClassWeight,
    check_settings,
    class_weights,
    schedule_of,
)
from happysad.pipeline.estimators.checks import check_labels
from happysad.utils.errors import UserError


@dataclass(eq=False, repr=False)
class CnnClassifier(NetworkClassifier):
    """A convolutional network, trained on the aligned crops of a batch of faces.

    ``networks.SmallCnn`` or ``networks.ResNet``, of one input channel for grey crops and three
    for colour, or torchvision's ResNet-18, trained with binary cross-entropy, Adam, one
    learning-rate cycle, augmentation and early stopping on a validation part.

    Parameters
    ----------
    architecture : {"small", "resnet", "resnet18"}
        "resnet18" needs torchvision.
    input_size : int
        Side in pixels to which crops are resized, 8 to 128, for "resnet18" at least 64; bytes
        are scaled to [0, 1].
    epochs, learning_rate, dropout : int, float, float, or None
        Most passes over the training part; peak of the cycle; dropout before the last layer.
        None: those of ``settings.SCHEDULES`` (28 epochs up to 2e-3 for "small"), and with
        ``start_from`` the shorter and gentler ``FINE_TUNING`` (12 up to 5e-4). With
        ``start_from``, 0 epochs leave the weights as they are.
    batch_size : int or None
        None: 64, and 16 where there are fewer than 2,000 faces.
    rotation, zoom, flip : float, float, bool
        Augmentation: largest rotation either way in degrees, largest change of scale either way
        (0.1 is 0.9 to 1.1 times), horizontal flip of every second image at random.
    shift, photo, erase : float, bool, bool
        Further augmentation: largest shift either way as a fraction of the side; blur, coarse
        pixels, other light, noise; rectangles erased. See ``augmentation.Augmentation``.
    class_weight : None, "balanced" or dict of label to float
        Weight of each class in the loss; "balanced" makes both classes count alike.
    validation_fraction : float
        Part of the faces held out for early stopping where `fit` is given no ``validation``.
    patience : int or None
        Epochs without a lower validation loss after which training ends. None: 8 for "small";
        "resnet" runs to the end, and the weights of its best epoch are kept.
    mirror : bool
        Predict the mean of the image's and its mirror image's probability.
    start_from : None, "pretrained", CnnClassifier, Pipeline or path
        Fine-tuning: begin with the weights of a fitted CNN (alone, at the end of a Pipeline,
        or in a model file) of the same architecture, input size and colour. "pretrained" is the
        "resnet" that comes with the package: 48 pixels, grey, trained on seven expressions. A
        file in .pth or .pt holds weights of torchvision's ``resnet18``, for "resnet18".
    precision : {"auto", "float32", "bfloat16"}
        Arithmetic of the training: "auto" takes bfloat16 on processors that have it, which
        halves the time. Weights are float32 always, and so is prediction.
    random_state : int, RandomState or None
        The same number gives the same weights on the same machine with as many threads.
    n_threads : int or None
        Torch threads within `fit` and `predict`; None leaves torch's own number.
    verbose : bool
        Print a line an epoch.

    Attributes
    ----------
    classes_ : (2,) str
        The labels, sorted: ``["happy", "sad"]``, or whatever stands for them in that order.
    n_iter_ : int
        Epochs run.
    history_ : list of dict
        One an epoch: ``epoch``, ``train_loss``, ``val_loss``, ``val_accuracy``.
    weights_ : dict of str to float32 array
        The network's weights by layer, free of torch.
    architecture_, input_size_, channels_ : str, int, int
        What was fitted; ``channels_`` is 1 for grey crops and 3 for colour.

    Examples
    --------
    >>> from happysad.features import FaceAligner
    >>> from happysad.pipeline.cnn import CnnClassifier
    >>> from happysad.pipeline.demo.demo_faces import make_demo_faces
    >>> images, labels = make_demo_faces(8)
    >>> faces = FaceAligner(detector=False).transform(list(images))
    >>> cnn = CnnClassifier(input_size=8, epochs=1, random_state=0).fit(faces, labels)
    >>> cnn.predict_proba(faces).shape
    (8, 2)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = CONSTRAINTS

    architecture: str = "small"
    input_size: int = 48
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    dropout: float | None = None
    rotation: float = 15.0
    zoom: float = 0.2
    flip: bool = True
    shift: float = 0.0
    photo: bool = False
    erase: bool = False
    class_weight: ClassWeight = None
    validation_fraction: float = 0.1
    patience: int | None = None
    mirror: bool = True
    start_from: Any = None
    precision: str = "auto"
    random_state: Any = None
    n_threads: int | None = None
    verbose: bool = False

    def fit(
        self, X: Faces, y: ArrayLike, validation: tuple[Faces, ArrayLike] | None = None
    ) -> Self:
        """Train on faces and their labels.

        Parameters
        ----------
        X : Faces of n faces
        y : (n,) str
        validation : (Faces, labels), optional
            Faces for early stopping; by default ``validation_fraction`` of X is held out.

        Raises
        ------
        ValueError
            Other than two classes, labels of another number or missing ones, or a parameter
            with a value that it cannot have.
        UserError
            A class too small to hold a face of it out, a network to start from that does not
            fit, no epochs without one, or torch or torchvision is not installed.
        """
        self._validate_params()
        check_settings(self.get_params())
        _check_faces(X)
        self.classes_, indices = np.unique(check_labels(X, y), return_inverse=True)
        targets = indices.astype(np.float32)
        networks, training = import_torch_module("networks"), import_torch_module("training")
        seed = check_random_state(self.random_state).randint(2**31 - 1)
        channels = 3 if X.color else 1
        start = self._starting_weights(channels)
        with networks.threads(self.n_threads), training.seeded(seed):
            images = to_bytes(X.crops, self.input_size)
            if self.epochs == 0:
                held_out = images[:0], targets[:0]
            elif validation is None:
                held, kept = training.hold_out(targets, self.validation_fraction, seed)
                held_out = images[held], targets[held]
                images, targets = images[kept], targets[kept]
            else:
                held_out = self._validation_data(channels, *validation)
            schedule = schedule_of(self.get_params(), len(targets))._asdict()
            dropout = schedule.pop("dropout")
            module = networks.build(self.architecture, self.input_size, channels, dropout)
            networks.load_weights(module, {**networks.weights_of(module), **start})
            self.history_ = []
            if self.epochs != 0:
                auto = self.precision == "auto" and training.has_fast_bfloat16()
                self.history_ = training.train(
                    module,
                    (images, targets),
                    held_out,
                    **schedule,
                    verbose=self.verbose,
                    class_weights=class_weights(self.class_weight, self.classes_, targets),
                    augmentation=import_torch_module("augmentation").Augmentation(
                        self.rotation, self.zoom, self.flip, self.shift, self.photo, self.erase
                    ),
                    freeze_norm=self.start_from is not None,
                    bfloat16=auto or self.precision == "bfloat16",
                )
        self.n_iter_ = len(self.history_)
        self.architecture_, self.input_size_ = self.architecture, self.input_size
        self.channels_ = channels
        self.weights_ = networks.weights_of(module)
        self._network = module
        return self

    def predict_proba(self, X: Faces) -> NDArray[np.float64]:
        """Probability of each class, (n, 2), columns in the order of ``classes_``.

        Raises
        ------
        UserError
            Colour crops for a network of grey ones, or the other way round.
        """
        check_is_fitted(self, "weights_")
        _check_faces(X)
        check_channels(X.crops, self.channels_)
        networks = import_torch_module("networks")
        if self._network is None:  # fresh from a file: files hold no torch
            module = networks.build(self.architecture_, self.input_size_, self.channels_)
            self._network = networks.load_weights(module, self.weights_)
        with networks.threads(self.n_threads):
            images = to_bytes(X.crops, self.input_size_)
            second = networks.probabilities(self._network, images, self.mirror)
        return np.column_stack([1 - second, second])

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters, without those of the model in ``start_from``."""
        return dict(super().get_params(deep=False))

    def __sklearn_clone__(self) -> CnnClassifier:
        """Unfitted, with the same parameters: a fitted model to start from stays fitted."""
        params = self.get_params()
        start = params.pop("start_from")
        return type(self)(**clone(params, safe=False), start_from=start)

    def _starting_weights(self, channels: int) -> Mapping[str, NDArray[np.float32]]:
        """The weights that ``start_from`` gives, by layer; UserError where they do not fit."""
        if self.start_from is None:
            return {}
        names = " and ".join(map(str, self.classes_))
        own = {"architecture": self.architecture, "input_size": self.input_size}
        own |= {"channels": channels, "classes": names}
        start = find_start(self.start_from)
        if isinstance(start, CnnClassifier):
            theirs = {key: getattr(start, f"{key}_") for key in own}
            theirs["classes"] = " and ".join(map(str, start.classes_))
            weights: Mapping[str, NDArray[np.float32]] = start.weights_
        else:
            theirs, weights = {**own, "architecture": "resnet18"}, start
        if names == "0 and 1":  # as scikit-learn's ensembles name the classes, in their order
            theirs["classes"] = names
        differ = [f"{k} {theirs[k]!r}, not {v!r}" for k, v in own.items() if theirs[k] != v]
        if differ:
            raise UserError(
                f"the CNN to start from has {', '.join(differ)}: fine-tuning needs the same network"
            )
        return weights

    def _validation_data(
        self, channels: int, faces: Faces, labels: ArrayLike
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        check_consistent_length(faces, labels)
        unknown = set(np.unique(labels)) - set(self.classes_)
        if unknown or len(faces) == 0:
            known = ", ".join(map(str, self.classes_))
            raise UserError(
                f"The validation part must hold faces of {known} only; "
                f"it has {len(faces)} faces and the unknown labels {sorted(unknown)}."
            )
        check_channels(faces.crops, channels)
        targets = (np.asarray(labels) == self.classes_[1]).astype(np.float32)
        return to_bytes(faces.crops, self.input_size), targets


def find_start(source: Any) -> CnnClassifier | Mapping[str, NDArray[np.float32]]:
    """What fine-tuning begins with: the CNN in ``source``, or the weights in a file of torch's."""
    if isinstance(source, str | Path) and Path(source).suffix in STATE_DICTS:
        weights: Mapping[str, NDArray[np.float32]]
        weights = import_torch_module("torchvision_network").read_state_dict(source)
        return weights
    return find_cnn(source)


def find_cnn(source: Any) -> CnnClassifier:
    """The fitted ``CnnClassifier`` in ``source``: one, a Pipeline that ends in one, or a file.

    "pretrained" is the one that comes with the package.
    """
    if isinstance(source, str) and source == "pretrained":
        return pretrained_cnn()
    name = f"the {type(source).__name__} given"
    if isinstance(source, str | Path):
        from happysad.pipeline.model_files.model_file import load_model

        source, name = load_model(source), str(source)
    classifier = source.steps[-1][1] if getattr(source, "steps", None) else source
    if not isinstance(classifier, CnnClassifier):
        raise UserError(
            f"{name} is no CNN (its classifier is {type(classifier).__name__}): "
            "give a fitted cnn-small, cnn-color or cnn-resnet"
        )
    if not hasattr(classifier, "weights_"):
        raise UserError(f"{name} holds a CNN that is not fitted: fit it first")
    return classifier


def pretrained_cnn() -> CnnClassifier:
    """The CNN that comes with the package, fitted: see ``weights_file``."""
    cnn = CnnClassifier(weights_file.ARCHITECTURE, weights_file.INPUT_SIZE)
    cnn.weights_ = weights_file.load_weights()
    cnn.classes_ = np.array(weights_file.CLASSES)
    cnn.architecture_, cnn.input_size_ = cnn.architecture, cnn.input_size
    cnn.channels_, cnn.n_iter_, cnn.history_ = weights_file.CHANNELS, 0, []
    return cnn


def import_torch_module(name: str) -> ModuleType:
    """A module of this package that imports torch, when first needed: that takes a second."""
    try:
        return import_module(f"happysad.pipeline.cnn.{name}")
    except ImportError as error:
        raise UserError(
            f'The CNN needs torch and skorch ({error}): run pip install "happysad[cnn]".'
        ) from error


def _check_faces(X: object) -> None:
    if not isinstance(X, Faces):
        raise TypeError(
            f"CnnClassifier takes Faces, not {type(X).__name__}: put a FaceAligner before it"
        )
