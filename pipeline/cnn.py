"""``CnnClassifier``: a small convolutional network as a scikit-learn classifier on ``Faces``."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import train_test_split
from sklearn.utils import check_consistent_length, check_random_state
from sklearn.utils.validation import check_is_fitted

from happysad.features.batch import Faces
from happysad.features.errors import UserError

SIZES = range(8, 129)  # three halvings need 8 pixels; 128 is the largest the design asks for
PRECISIONS = ("auto", "float32", "bfloat16")


class CnnClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """``cnn-small``, trained on the aligned crops of a batch of faces.

    Three 3x3 convolutions of 32, 64 and 128 maps, each followed by ReLU and 2x2 max-pooling, a
    dense layer of 128, a sigmoid; binary cross-entropy, Adam, one learning-rate cycle; training
    images are turned, zoomed and mirrored anew each epoch; early stopping on a validation part.

    Parameters
    ----------
    input_size : int
        Side in pixels to which crops are resized, 8 to 128; bytes are scaled to [0, 1].
    epochs, batch_size : int
        At most so many passes over the training part, in batches of so many faces.
    learning_rate : float
        The peak of the cycle.
    dropout : float
        Part of the dense layer's outputs left out at random in training.
    rotation, zoom, flip : float, float, bool
        Augmentation: largest turn either way in degrees, largest change of scale either way
        (0.1 is 0.9 to 1.1 times), mirroring of every second image.
    validation_fraction : float
        Part of the training faces held out for early stopping, class by class, where `fit` is
        given no ``validation``.
    patience : int
        Epochs without a lower validation loss after which training ends.
    mirror : bool
        Predict the mean of the image's and its mirror image's probability.
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
        The labels, sorted: ``["happy", "sad"]``.
    n_iter_ : int
        Epochs run.
    history_ : list of dict
        One an epoch: ``epoch``, ``train_loss``, ``val_loss``, ``val_accuracy``.
    weights_ : dict of str to float32 array
        The network's learned numbers, by layer, free of torch.
    input_size_ : int
        ``input_size`` at `fit`.
    """

    def __init__(
        self,
        input_size: int = 48,
        epochs: int = 28,
        batch_size: int = 64,
        learning_rate: float = 2e-3,
        dropout: float = 0.5,
        rotation: float = 15.0,
        zoom: float = 0.2,
        flip: bool = True,
        validation_fraction: float = 0.1,
        patience: int = 8,
        mirror: bool = True,
        precision: str = "auto",
        random_state: Any = None,
        n_threads: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.input_size = input_size
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.dropout = dropout
        self.rotation = rotation
        self.zoom = zoom
        self.flip = flip
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.mirror = mirror
        self.precision = precision
        self.random_state = random_state
        self.n_threads = n_threads
        self.verbose = verbose

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
        UserError
            One class only, a class too small to hold a face of it out, an option out of
            range, or torch is not installed.
        """
        net, trainer = _torch_side("cnn_net"), _torch_side("cnn_train")
        self._check_options()
        seed = check_random_state(self.random_state).randint(2**31 - 1)
        check_consistent_length(X, y)
        self.classes_, targets = _encode(np.asarray(y))
        with net.threads(self.n_threads), trainer.seeded(seed):
            images = net.to_input(X.crops, self.input_size)
            if validation is None:
                held_out, kept = _hold_out(targets, self.validation_fraction, seed)
                training = images[kept], targets[kept]
                watched = images[held_out], targets[held_out]
            else:
                training = images, targets
                watched = self._given(net, *validation)
            module = net.SmallCnn(self.input_size, self.dropout)
            self.history_ = trainer.train(module, training, watched, **self._options(trainer))
        self.n_iter_ = len(self.history_)
        self.input_size_ = self.input_size
        self.weights_ = net.weights_of(module)
        self._module = module
        return self

    def predict_proba(self, X: Faces) -> NDArray[np.float64]:
        """Probability of each class, (n, 2), columns in the order of ``classes_``."""
        check_is_fitted(self, "weights_")
        net = _torch_side("cnn_net")
        if getattr(self, "_module", None) is None:  # fresh from a file: files hold no torch
            module = net.SmallCnn(self.input_size_, self.dropout)
            self._module = net.load_weights(module, self.weights_)
        with net.threads(self.n_threads):
            images = net.to_input(X.crops, self.input_size_)
            second = net.probabilities(self._module, images, self.mirror)
        return np.column_stack([1 - second, second])

    def predict(self, X: Faces) -> NDArray[np.str_]:
        """The likelier label of each face, (n,)."""
        second = self.predict_proba(X)[:, 1] > 0.5
        labels: NDArray[np.str_] = self.classes_[second.astype(int)]
        return labels

    def __getstate__(self) -> dict[str, Any]:
        """All but the torch module, which `predict_proba` builds anew from ``weights_``."""
        state: dict[str, Any] = dict(super().__getstate__())
        state.pop("_module", None)
        return state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.classifier_tags.multi_class = False
        return tags

    def _check_options(self) -> None:
        if self.input_size not in SIZES:
            raise UserError(f"input_size is {self.input_size}: give 8 to 128 pixels.")
        for name in ("epochs", "batch_size", "patience"):
            if getattr(self, name) < 1:
                raise UserError(f"{name} is {getattr(self, name)}: give 1 or more.")
        if self.precision not in PRECISIONS:
            raise UserError(f"precision is {self.precision!r}: give one of {PRECISIONS}.")

    def _options(self, trainer: ModuleType) -> dict[str, Any]:
        fast = self.precision == "auto" and trainer.has_fast_bfloat16()
        return {
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "learning_rate": self.learning_rate,
            "patience": self.patience,
            "verbose": self.verbose,
            "augmentation": trainer.Augmentation(self.rotation, self.zoom, self.flip),
            "bfloat16": fast or self.precision == "bfloat16",
        }

    def _given(self, net: ModuleType, faces: Faces, labels: ArrayLike) -> tuple[Any, Any]:
        unknown = set(np.unique(labels)) - set(self.classes_)
        if unknown or len(faces) == 0:
            raise UserError(
                f"The validation part must hold faces of {', '.join(self.classes_)} only; "
                f"it has {len(faces)} faces and the unknown labels {sorted(unknown)}."
            )
        targets = (np.asarray(labels) == self.classes_[1]).astype(np.float32)
        return net.to_input(faces.crops, self.input_size), targets


def _torch_side(name: str) -> ModuleType:
    """A module of this package that imports torch, when first needed: that takes a second."""
    try:
        return import_module(f"happysad.pipeline.{name}")
    except ImportError as error:
        raise UserError(
            f'The CNN needs torch and skorch ({error}): run pip install "happysad[cnn]".'
        ) from error


def _encode(labels: NDArray[Any]) -> tuple[NDArray[np.str_], NDArray[np.float32]]:
    """The two classes, sorted, and for each label 0 or 1, the index of its class."""
    classes, indices = np.unique(labels, return_inverse=True)
    if len(classes) != 2:
        raise UserError(
            f"The CNN tells two classes apart and was given {len(classes)} "
            f"({', '.join(map(str, classes))}): give it faces of both happy and sad."
        )
    return classes, indices.astype(np.float32)


def _hold_out(
    targets: NDArray[np.float32], fraction: float, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows held out and rows kept: ``fraction`` of each class, at least one face of each."""
    counts = np.bincount(targets.astype(int))
    if counts.min() < 2 or not 0 < fraction < 1:
        raise UserError(
            f"No validation part can be held out of {counts[0]} and {counts[1]} faces with "
            f"validation_fraction {fraction}: give at least 2 faces a class and a fraction "
            "between 0 and 1."
        )
    n_held = min(max(2, round(fraction * len(targets))), len(targets) - 2)
    rows = np.arange(len(targets))
    kept, held = train_test_split(rows, test_size=n_held, stratify=targets, random_state=seed)
    return np.sort(held), np.sort(kept)
