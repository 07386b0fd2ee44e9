"""Write a CNN model as ONNX, to predict where torch is not installed."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from happysad.features.faces.aligner import FaceAligner
from happysad.pipeline.cnn.onnx_cnn import ALIGNER, onnx_model
from happysad.pipeline.model_files.model_card import library_versions, plain, write_with_card
from happysad.pipeline.model_files.selfcheck import ENTRY, make_selfcheck
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageSource

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from happysad.pipeline.cnn.classifier import CnnClassifier

OPSET = 13  # old enough for OpenCV 4 and every onnxruntime in use
INPUT, OUTPUT = "faces", "probability"

TOLERANCE = 1e-4
"""How far the two models' probabilities may lie apart."""

CARD_ENTRIES = ("model", "summary", "dataset", "data", "metrics", "licences", "unsure", "default")
"""What is taken over from the card of the model that was exported."""


def export_onnx(
    model: Pipeline,
    path: str | Path,
    card: Mapping[str, Any] = {},
    selfcheck_images: Sequence[ImageSource] = (),
) -> Path:
    """Write a fitted model's network as ONNX and its card, ``<path>.json``.

    Parameters
    ----------
    model : Pipeline
        A ``FaceAligner`` and a fitted ``CnnClassifier``.
    path : str or Path
        The file to write; it ends in ``.onnx``.
    card : mapping
        The card of the model's own file; ``CARD_ENTRIES`` are taken over from it.
    selfcheck_images : up to 4 images, optional
        They are stored in the card with the answers that `load_onnx` will expect: give faces
        of nobody. The written network must answer them as ``model`` does.

    Raises
    ------
    UserError
        The model is no CNN or not fitted, ``onnx`` is not installed, the file cannot be
        written, or the network's answers differ from the model's.

    Examples
    --------
    >>> import tempfile
    >>> from happysad.pipeline.cnn import export_onnx, load_onnx
    >>> from happysad.pipeline.demo.demo_faces import make_demo_faces
    >>> from happysad.pipeline.models import make_model
    >>> images, labels = make_demo_faces(8)
    >>> model = make_model("cnn-small", detector=False)
    >>> model = model.set_params(classifier__input_size=8, classifier__epochs=1)
    >>> model = model.fit(list(images), labels)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = export_onnx(model, f"{folder}/cnn.onnx")
    ...     load_onnx(path).predict(list(images)).shape
    (8,)
    """
    from happysad.pipeline.cnn.classifier import find_cnn

    path = Path(path)
    if path.suffix != ".onnx":
        raise UserError(f"cannot write {path}: an ONNX file ends in .onnx")
    cnn = find_cnn(model)
    steps = [step for _, step in getattr(model, "steps", [])]
    if len(steps) != 2 or not isinstance(steps[0], FaceAligner):
        raise UserError("only a Pipeline of a FaceAligner and a CNN can be written as ONNX")
    network = onnx_bytes(cnn)
    fitted = {
        "architecture": cnn.architecture_,
        "input_size": cnn.input_size_,
        "channels": cnn.channels_,
        "classes": cnn.classes_,
        "mirror": cnn.mirror,
    }
    content = {
        "versions": library_versions(),
        **plain({name: card[name] for name in CARD_ENTRIES if name in card}),
        "faces": plain({name: getattr(steps[0], name) for name in ALIGNER}),
        "network": plain(fitted),
    }
    exported = onnx_model(content, network)
    if selfcheck_images:
        both = [m.predict_proba(selfcheck_images) for m in (model, exported)]
        difference = np.abs(both[0] - both[1]).max()
        if not difference <= TOLERANCE:  # so put, NaN is too far as well
            raise UserError(
                f"the ONNX network's answers differ from the model's (by {difference:.5f}), and "
                "it was not written: OpenCV's version may not run it"
            )
    content[ENTRY] = make_selfcheck(exported, selfcheck_images)
    return write_with_card(path, content, lambda beside: beside.write_bytes(network))


def onnx_bytes(cnn: CnnClassifier) -> bytes:
    """The network of a fitted ``CnnClassifier`` as an ONNX file.

    Input ``faces``: (n, channels, S, S) float32 in [0, 1], n free. Output ``probability``:
    (n, 1) float32, that of ``classes_[1]``.
    """
    from happysad.pipeline.cnn.classifier import import_torch_module

    networks = import_torch_module("networks")
    try:
        import onnx
    except ImportError as error:
        raise UserError(
            f'writing ONNX needs the package onnx ({error}): run pip install "happysad[onnx]"'
        ) from error
    import torch

    shape = (cnn.channels_, cnn.input_size_, cnn.input_size_)
    module = networks.build(cnn.architecture_, cnn.input_size_, cnn.channels_)
    module = torch.nn.Sequential(networks.load_weights(module, cnn.weights_), torch.nn.Sigmoid())
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that torch recommends needs onnxscript
        torch.onnx.export(
            module.eval(),
            (torch.zeros(1, *shape),),
            buffer,  # type: ignore[arg-type]  # a file object is taken too
            dynamo=False,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={INPUT: {0: "n"}, OUTPUT: {0: "n"}},
        )
    network = onnx.load_from_string(buffer.getvalue())
    network.producer_name = "happysad"
    _inline_identities(network.graph)
    onnx.checker.check_model(network, full_check=True)
    return bytes(network.SerializeToString())


def _inline_identities(graph: Any) -> None:
    """Replace Identity nodes by their inputs: OpenCV takes them wrongly for biases.

    The exporter writes one of two equal arrays as the Identity of the other.
    """
    identities = [node for node in graph.node if node.op_type == "Identity"]
    source = {node.output[0]: node.input[0] for node in identities}
    for node in identities:
        graph.node.remove(node)
    for node in graph.node:
        node.input[:] = [source.get(name, name) for name in node.input]
