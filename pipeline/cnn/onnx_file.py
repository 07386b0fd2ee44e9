"""Save a CNN model as ONNX and load it again, to answer where torch is not installed.

The ONNX file holds the network, a card (JSON) beside it the rest of the model: how faces are
aligned, the classes, the file's sha256. Neither can run code as it is loaded, unlike a joblib
file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from happysad.features.faces.aligner import FaceAligner
from happysad.pipeline.cnn.onnx_cnn import OnnxCnn
from happysad.pipeline.estimators.face_model import FaceModel
from happysad.pipeline.model_files.model_card import (
    FORMAT,
    card_path,
    library_versions,
    plain,
    read_card,
)
from happysad.pipeline.model_files.selfcheck import check_probe, make_probe
from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageSource

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from happysad.pipeline.cnn.classifier import CnnClassifier

TOLERANCE = 1e-4
"""How far the two models' probabilities may lie apart."""

ALIGNER = ("size", "predictor", "min_score", "color")
NETWORK = ("input_size", "channels", "classes", "mirror")
TOLD = ("model", "summary", "dataset", "data", "metrics", "licences", "unsure")
"""What is taken over from the card of the model that was exported."""


def export_onnx(
    model: Pipeline,
    path: str | Path,
    card: Mapping[str, Any] = {},
    probe: Sequence[ImageSource] = (),
) -> Path:
    """Write a fitted model's network as ONNX and its card, ``<path>.json``.

    Parameters
    ----------
    model : Pipeline
        A ``FaceAligner`` and a fitted ``CnnClassifier``.
    path : str or Path
        The file to write; it ends in ``.onnx``.
    card : mapping
        The card of the model's own file; ``TOLD`` is taken over from it.
    probe : up to 4 images, optional
        They are stored in the card with the answers that `load_onnx` will expect: give faces
        of nobody. The written network must answer them as ``model`` does.

    Raises
    ------
    UserError
        The model is no CNN or not fitted, ``onnx`` is not installed, the place cannot be
        written, or the network's answers are others than the model's.
    """
    from happysad.pipeline.cnn.onnx_graph import onnx_bytes

    path = Path(path)
    if path.suffix != ".onnx":
        raise UserError(f"cannot write {path}: an ONNX file ends in .onnx")
    aligner, cnn = _parts(model)
    network = onnx_bytes(cnn)
    content = _card(aligner, cnn, network, card)
    exported = _model(content, network)
    _check_alike(model, exported, probe)
    content["probe"] = make_probe(exported, probe)
    try:
        with atomic_write(card_path(path)) as card_beside, atomic_write(path) as beside:
            beside.write_bytes(network)
            card_beside.write_text(_text(content), encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot write the model {path}: {error.strerror or error}") from error
    return path


def load_onnx(path: str | Path) -> FaceModel:
    """The model of an ONNX file that `export_onnx` wrote: from images to labels, without torch.

    Raises
    ------
    UserError
        Missing or damaged file or card, or other answers to the probe.
    """
    path = Path(path)
    try:
        network = path.read_bytes()
    except OSError:
        raise UserError(f"there is no model file {path}: check the path, or export one") from None
    card = read_card(path)
    if hashlib.sha256(network).hexdigest() != card["sha256"]:
        raise UserError(
            f"{path} is damaged: its sha256 is not the one in {card_path(path).name}; copy both "
            "files again or export it anew"
        )
    try:
        model = _model(card, network)
    except (KeyError, TypeError, ValueError):
        raise UserError(
            f"{card_path(path)} is not the card of an ONNX model: export the model anew"
        ) from None
    if mismatch := check_probe(model, card["probe"]):
        raise UserError(
            f"{path} does not answer as it did when it was saved: {mismatch}; export it anew"
        )
    return model


def _parts(model: Any) -> tuple[FaceAligner, CnnClassifier]:
    """The aligner and the CNN of a Pipeline that is nothing else."""
    from happysad.pipeline.cnn.pretrained import find_cnn

    cnn = find_cnn(model)
    steps = [step for _, step in getattr(model, "steps", [])]
    if len(steps) != 2 or not isinstance(steps[0], FaceAligner):
        raise UserError("only a Pipeline of a FaceAligner and a CNN can be written as ONNX")
    return steps[0], cnn


def _card(
    aligner: FaceAligner, cnn: CnnClassifier, network: bytes, card: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "sha256": hashlib.sha256(network).hexdigest(),
        "bytes": len(network),
        "versions": library_versions(),
        **plain({name: card[name] for name in TOLD if name in card}),
        "faces": plain({name: getattr(aligner, name) for name in ALIGNER}),
        "network": plain(
            {
                "architecture": cnn.architecture_,
                "input_size": cnn.input_size_,
                "channels": cnn.channels_,
                "classes": cnn.classes_,
                "mirror": cnn.mirror,
            }
        ),
        "probe": [],
    }


def _model(card: Mapping[str, Any], network: bytes) -> FaceModel:
    aligner = FaceAligner(**{name: card["faces"][name] for name in ALIGNER})
    settings = {name: card["network"][name] for name in NETWORK}
    first, second = (str(label) for label in settings.pop("classes"))
    cnn = OnnxCnn(network, classes=(first, second), **settings)
    return FaceModel([("faces", aligner), ("classifier", cnn)])


def _check_alike(model: Any, exported: FaceModel, images: Sequence[ImageSource]) -> None:
    apart = [
        float(np.abs(model.predict_proba([i]) - exported.predict_proba([i])).max()) for i in images
    ]
    if max(apart, default=0.0) > TOLERANCE:
        raise UserError(
            f"the ONNX network answers other than the model (by {max(apart):.5f}) and was not "
            "written: OpenCV's version may not run it"
        )


def _text(content: Mapping[str, Any]) -> str:
    import json

    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
