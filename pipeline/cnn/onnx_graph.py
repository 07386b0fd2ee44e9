"""A CNN's weights as an ONNX graph, written without torch. Needs the package ``onnx``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from happysad.pipeline.cnn.classifier import CnnClassifier

OPSET = 13  # old enough for OpenCV 4 and every onnxruntime in use
IR_VERSION = 8
INPUT, OUTPUT = "faces", "probability"

Weights = Mapping[str, NDArray[np.float32]]


class Graph:
    """Nodes and numbers of a network that is built layer by layer.

    Each method adds a layer behind the value named ``x`` and gives its output's name.
    """

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.numbers: list[Any] = []

    def node(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        from onnx import helper

        output = output or f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def number(self, name: str, array: NDArray[np.float32]) -> str:
        from onnx import numpy_helper

        self.numbers.append(numpy_helper.from_array(np.asarray(array, np.float32), name))
        return name

    def conv(
        self, x: str, name: str, weight: NDArray[Any], bias: NDArray[Any], stride: int = 1
    ) -> str:
        """A convolution that keeps the size (but for the stride): 3x3 or 1x1."""
        side, pad = weight.shape[-1], weight.shape[-1] // 2
        inputs = self.number(f"{name}.weight", weight), self.number(f"{name}.bias", bias)
        settings: dict[str, Any] = {
            "kernel_shape": [side] * 2,
            "pads": [pad] * 4,
            "strides": [stride] * 2,
        }
        return self.node("Conv", x, *inputs, **settings)

    def relu(self, x: str) -> str:
        return self.node("Relu", x)

    def halved(self, x: str) -> str:
        return self.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])

    def dense(self, x: str, name: str, weights: Weights) -> str:
        parts = [self.number(f"{name}.{p}", weights[f"{name}.{p}"]) for p in ("weight", "bias")]
        return self.node("Gemm", x, *parts, transB=1)


def onnx_bytes(cnn: CnnClassifier) -> bytes:
    """The network of a fitted ``CnnClassifier`` as an ONNX file.

    Input ``faces``: (n, channels, S, S) float32 in [0, 1], n free. Output ``probability``:
    (n, 1) float32, that of ``classes_[1]``. Batch norm is folded into the convolutions.

    Raises
    ------
    UserError
        ``onnx`` is not installed.
    """
    try:
        from onnx import TensorProto, checker, helper
    except ImportError as error:
        raise UserError(
            f'writing ONNX needs the package onnx ({error}): run pip install "happysad[onnx]"'
        ) from error
    graph = Graph()
    layers = _resnet if cnn.architecture_ == "resnet" else _small
    graph.node("Sigmoid", layers(graph, cnn.weights_), output=OUTPUT)
    shape: list[str | int | None] = ["n", cnn.channels_, cnn.input_size_, cnn.input_size_]
    made = helper.make_graph(
        graph.nodes,
        f"cnn-{cnn.architecture_}",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n", 1])],
        graph.numbers,
    )
    opset = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(made, opset_imports=opset, producer_name="happysad")
    model.ir_version = IR_VERSION
    checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def _small(graph: Graph, weights: Weights) -> str:
    """The layers of ``cnn_net.SmallCnn``."""
    x = INPUT
    for number in (0, 3, 6):
        name = f"maps.{number}"
        x = graph.conv(x, name, weights[f"{name}.weight"], weights[f"{name}.bias"])
        x = graph.halved(graph.relu(x))
    x = graph.relu(graph.dense(graph.node("Flatten", x), "dense", weights))
    return graph.dense(x, "output", weights)


def _resnet(graph: Graph, weights: Weights) -> str:
    """The layers of ``cnn_resnet.ResNet``."""
    x = graph.halved(graph.relu(graph.conv(INPUT, "stem", *_folded(weights, "stem.0", "stem.1"))))
    for block in sorted({int(n.split(".")[1]) for n in weights if n.startswith("blocks.")}):
        name = f"blocks.{block}"
        bypass, stride = x, 1
        if f"{name}.shortcut.0.weight" in weights:
            stride = 2 if block else 1
            short = _folded(weights, f"{name}.shortcut.0", f"{name}.shortcut.1")
            bypass = graph.conv(x, f"{name}.shortcut", *short, stride)
        first, second = (_folded(weights, f"{name}.conv{i}", f"{name}.norm{i}") for i in (1, 2))
        inner = graph.relu(graph.conv(x, f"{name}.1", *first, stride))
        x = graph.relu(graph.node("Add", graph.conv(inner, f"{name}.2", *second), bypass))
    x = graph.node("Flatten", graph.node("GlobalAveragePool", x))
    return graph.dense(x, "output", weights)


def _folded(weights: Weights, conv: str, norm: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Weight and bias of a convolution that does what it and its batch norm do."""
    mean, var = weights[f"{norm}.running_mean"], weights[f"{norm}.running_var"]
    factor = weights[f"{norm}.weight"] / np.sqrt(var + 1e-5)  # torch's epsilon
    bias = weights[f"{norm}.bias"] - mean * factor
    return weights[f"{conv}.weight"] * factor[:, None, None, None], bias
