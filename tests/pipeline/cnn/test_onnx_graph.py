"""pipeline/cnn/onnx_graph.py: the file that is written, by ONNX's own rules."""

from __future__ import annotations

import builtins
import sys

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("torch")
pytest.importorskip("skorch")

from happysad.pipeline.cnn.classifier import CnnClassifier  # noqa: E402
from happysad.pipeline.cnn.onnx_graph import INPUT, OUTPUT, onnx_bytes  # noqa: E402
from happysad.utils.errors import UserError  # noqa: E402


@pytest.fixture(scope="module", params=["small", "resnet"])
def cnn(request, mouths) -> CnnClassifier:
    options = {"input_size": 16, "epochs": 2, "n_threads": 1, "batch_size": 8}
    return CnnClassifier(request.param, **options, random_state=0).fit(*mouths(24))


def test_onnx_accepts_it_and_the_batch_is_free(cnn: CnnClassifier) -> None:
    model = onnx.load_from_string(onnx_bytes(cnn))
    onnx.checker.check_model(model, full_check=True)
    (given,), (answer,) = model.graph.input, model.graph.output
    assert (given.name, answer.name) == (INPUT, OUTPUT)
    shape = given.type.tensor_type.shape.dim
    assert shape[0].dim_param
    assert [d.dim_value for d in shape[1:]] == [1, 16, 16]


def test_onnx_own_reference_gives_the_same_answers(cnn: CnnClassifier, mouths) -> None:
    from onnx.reference import ReferenceEvaluator

    from happysad.pipeline.cnn.preprocessing import to_bytes

    faces, _ = mouths(5, seed=4)
    images = to_bytes(faces.crops, 16).astype(np.float32) / 255
    (p,) = ReferenceEvaluator(onnx_bytes(cnn)).run(None, {INPUT: images})
    plain = CnnClassifier(**{**cnn.get_params(), "mirror": False})
    plain.__setstate__({**cnn.__getstate__(), "mirror": False})
    np.testing.assert_allclose(p[:, 0], plain.predict_proba(faces)[:, 1], atol=1e-5)


def test_the_same_network_gives_the_same_bytes(cnn: CnnClassifier) -> None:
    assert onnx_bytes(cnn) == onnx_bytes(cnn)


def test_without_onnx_it_says_what_to_install(cnn: CnnClassifier, monkeypatch) -> None:
    real_import = builtins.__import__

    def no_onnx(name: str, *args: object, **kwargs: object) -> object:
        if name.split(".")[0] == "onnx":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real_import(name, *args, **kwargs)  # type: ignore[arg-type]

    for module in [name for name in sys.modules if name.split(".")[0] == "onnx"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(builtins, "__import__", no_onnx)
    with pytest.raises(UserError, match=r'pip install "happysad\[onnx\]"'):
        onnx_bytes(cnn)
