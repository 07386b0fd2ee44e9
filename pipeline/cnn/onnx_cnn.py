"""``OnnxCnn``: a trained CNN that answers without torch, in OpenCV's network engine."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from happysad.features.faces.face_batch import Faces
from happysad.pipeline.cnn.preprocessing import CHUNK, check_channels, to_bytes
from happysad.utils.errors import UserError


class OnnxCnn(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """A network in ONNX format as a fitted classifier of ``Faces``.

    It gives a ``CnnClassifier``'s answers to within 1e-4 and learns nothing itself.

    Parameters
    ----------
    network : bytes
        An ONNX file as ``onnx_graph.onnx_bytes`` writes it: input (n, channels, input_size,
        input_size) float32 in [0, 1], output (n, 1), the probability of ``classes[1]``.
    input_size, channels : int
        The network's input; 1 channel for grey crops, 3 for colour.
    classes : (str, str)
    mirror : bool
        Give the mean of the image's and its mirror image's probability.

    Attributes
    ----------
    classes_ : (2,) str

    Raises
    ------
    UserError
        At the first answer: the network is damaged or has another input.
    """

    def __init__(
        self,
        network: bytes,
        input_size: int = 48,
        channels: int = 1,
        classes: tuple[str, str] = ("happy", "sad"),
        mirror: bool = True,
    ) -> None:
        self.network = network
        self.input_size = input_size
        self.channels = channels
        self.classes = classes
        self.mirror = mirror

    @property
    def classes_(self) -> NDArray[np.str_]:
        """The labels, in the order of the columns of `predict_proba`."""
        return np.array(self.classes)

    def fit(self, X: Faces, y: Any = None) -> OnnxCnn:
        """Not possible: UserError that says what to do."""
        raise UserError(
            "a CNN in ONNX format cannot be trained on: train a cnn-small or cnn-resnet and "
            "export it"
        )

    def predict_proba(self, X: Faces) -> NDArray[np.float64]:
        """Probability of each class, (n, 2), columns in the order of ``classes_``."""
        check_channels(X.crops, self.channels)
        images = to_bytes(X.crops, self.input_size)
        second = np.zeros(len(images))
        for start in range(0, len(images), CHUNK):
            part = images[start : start + CHUNK].astype(np.float32) / np.float32(255)
            p = self._forward(part)
            if self.mirror:
                p = (p + self._forward(np.ascontiguousarray(part[..., ::-1]))) / 2
            second[start : start + CHUNK] = p
        return np.column_stack([1 - second, second])

    def predict(self, X: Faces) -> NDArray[np.str_]:
        """The likelier label of each face, (n,)."""
        second = self.predict_proba(X)[:, 1] > 0.5
        return np.asarray(self.classes_[second.astype(int)])

    def __getstate__(self) -> dict[str, Any]:
        """All but OpenCV's network, which is read anew from ``network``."""
        state: dict[str, Any] = dict(super().__getstate__())
        state.pop("_net", None)
        return state

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.classifier_tags.multi_class = False
        return tags

    def _forward(self, images: NDArray[np.float32]) -> NDArray[np.float64]:
        import cv2

        try:
            if getattr(self, "_net", None) is None:
                self._net = cv2.dnn.readNetFromONNX(np.frombuffer(self.network, np.uint8))
            self._net.setInput(images)
            out = np.asarray(self._net.forward(), np.float64)
        except cv2.error as error:
            raise UserError(
                f"OpenCV cannot run this ONNX network ({str(error).strip().splitlines()[-1]}): "
                "export the model again"
            ) from None
        return out.reshape(len(images))
