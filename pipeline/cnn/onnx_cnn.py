"""``OnnxCnn``: a trained CNN that predicts without torch, in OpenCV's network engine.

The ONNX file holds the network, the card beside it how faces are aligned and the classes.
Neither can run code as it is loaded, unlike a joblib file.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.face_batch import Faces
from happysad.pipeline.cnn.preprocessing import (
    CHUNK,
    NetworkClassifier,
    check_channels,
    to_bytes,
)
from happysad.pipeline.estimators.face_model import FaceModel
from happysad.pipeline.model_files.model_card import card_path, check_sha256, read_card
from happysad.pipeline.model_files.selfcheck import ENTRY, find_mismatch
from happysad.utils.errors import UserError

ALIGNER = ("size", "predictor", "min_score", "color", "min_face")
NETWORK = ("input_size", "channels", "classes", "mirror")
"""What the card tells of the face stage and the network."""


@dataclass(eq=False, repr=False)
class OnnxCnn(NetworkClassifier):
    """A network in ONNX format, as ``onnx_bytes`` writes it, as a fitted classifier of ``Faces``.

    It gives the answers of the ``CnnClassifier`` that was exported, to within 1e-4.
    """

    network: bytes
    input_size: int = 48
    channels: int = 1
    classes: tuple[str, str] = ("happy", "sad")
    mirror: bool = True

    @property
    def classes_(self) -> NDArray[np.str_]:
        """The labels, in the order of the columns of `predict_proba`."""
        return np.array(self.classes)

    def fit(self, X: Faces, y: Any = None) -> OnnxCnn:
        """UserError: it cannot be trained."""
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

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def _forward(self, images: NDArray[np.float32]) -> NDArray[np.float64]:
        import cv2

        try:
            if self._network is None:
                self._network = cv2.dnn.readNetFromONNX(np.frombuffer(self.network, np.uint8))
            self._network.setInput(images)
            out = np.asarray(self._network.forward(), np.float64)
        except cv2.error as error:
            raise UserError(
                f"OpenCV cannot run this ONNX network ({str(error).strip().splitlines()[-1]}): "
                "export the model again"
            ) from None
        return out.reshape(len(images))


def load_onnx(path: str | Path) -> FaceModel:
    """The model of an ONNX file that `export_onnx` wrote: from images to labels, without torch.

    Raises
    ------
    UserError
        Missing or damaged file or card, or other answers to the self-check.

    Examples
    --------
    >>> from happysad.pipeline.cnn import load_onnx
    >>> load_onnx("no-such-file.onnx")
    Traceback (most recent call last):
    happysad.utils.errors.UserError: there is no model file no-such-file.onnx: check the path, ...
    """
    path = Path(path)
    try:
        network = path.read_bytes()
    except OSError:
        raise UserError(f"there is no model file {path}: check the path, or export one") from None
    card = read_card(path)
    check_sha256(io.BytesIO(network), path, card, "export it anew")
    try:
        model = onnx_model(card, network)
    except (KeyError, TypeError, ValueError):
        raise UserError(
            f"{card_path(path)} is not the card of an ONNX model: export the model anew"
        ) from None
    if mismatch := find_mismatch(model, card[ENTRY]):
        raise UserError(
            f"{path} does not answer as it did when it was saved: {mismatch}; export it anew"
        )
    return model


def onnx_model(card: Mapping[str, Any], network: bytes) -> FaceModel:
    """The Pipeline that a card and an ONNX file describe."""
    faces = {"min_face": None, **card["faces"]}  # cards of before there was the parameter
    aligner = FaceAligner(**{name: faces[name] for name in ALIGNER})
    params = {name: card["network"][name] for name in NETWORK}
    first, second = (str(label) for label in params.pop("classes"))
    cnn = OnnxCnn(network, classes=(first, second), **params)
    return FaceModel([("faces", aligner), ("classifier", cnn)])
