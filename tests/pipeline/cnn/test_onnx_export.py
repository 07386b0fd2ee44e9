"""pipeline/cnn/onnx_export.py: from a model to an ONNX file and back, without torch."""

from __future__ import annotations

import builtins
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from happysad.pipeline.cnn.classifier import CnnClassifier
from happysad.pipeline.cnn.onnx_cnn import OnnxCnn, load_onnx
from happysad.pipeline.cnn.onnx_export import INPUT, OUTPUT, export_onnx, onnx_bytes
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.estimators.face_model import FaceModel
from happysad.pipeline.model_files.model_card import read_card
from happysad.pipeline.models.registry import make_model
from happysad.pipeline.prediction.predict import predict_images
from happysad.utils.errors import UserError

onnx = pytest.importorskip("onnx")
torch = pytest.importorskip("torch")

WITHOUT_TORCH = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "skorch", "onnx"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from happysad.pipeline.cnn.onnx_cnn import load_onnx
model = load_onnx(sys.argv[1])
print(*model.predict_proba(sys.argv[2:])[:, 0].tolist(), *model.predict(sys.argv[2:]))
"""


@pytest.fixture
def onnx_file(cnn_model: Any, tmp_path: Path) -> Path:
    images = list(make_demo_faces(2, random_state=0)[0])
    card = {"model": "cnn-small", "metrics": {"val": {"accuracy": 0.5}}, "sha256": "another"}
    return export_onnx(cnn_model, tmp_path / "cnn.onnx", card, images)


def test_images_are_answered_alike(onnx_file: Path, cnn_model: Any, photo: Path) -> None:
    images = [*make_demo_faces(10, random_state=8)[0], str(photo)]
    model = load_onnx(onnx_file)
    assert isinstance(model, FaceModel)
    expected = cnn_model.predict_proba(images)
    np.testing.assert_allclose(model.predict_proba(images), expected, atol=1e-5)
    assert model.predict(images).tolist() == cnn_model.predict(images).tolist()
    assert model.predict([]).shape == (0,)


@pytest.mark.process
def test_it_answers_where_torch_cannot_be_imported(
    onnx_file: Path, cnn_model: Any, photo: Path
) -> None:
    command = [sys.executable, "-c", WITHOUT_TORCH, str(onnx_file), str(photo)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    p, label = done.stdout.split()
    assert float(p) == pytest.approx(cnn_model.predict_proba([photo])[0, 0], abs=1e-5)
    assert label == cnn_model.predict([photo])[0]


def test_the_card_tells_the_rest_of_the_model(onnx_file: Path, cnn_model: Any) -> None:
    card = read_card(onnx_file)
    assert card["faces"] == {
        "size": 96,
        "predictor": "5",
        "min_score": 0.6,
        "color": False,
        "min_face": None,
    }
    assert card["network"] == {
        "architecture": "small",
        "input_size": 16,
        "channels": 1,
        "classes": ["happy", "sad"],
        "mirror": True,
    }
    assert card["model"] == "cnn-small"
    assert card["metrics"]["val"]["accuracy"] == 0.5
    assert card["bytes"] == onnx_file.stat().st_size
    assert len(card["probe"]) == 2
    assert "torch" not in card["versions"]


def test_settings_of_the_face_stage_and_colour_come_back(tmp_path: Path, photo: Path) -> None:
    images, labels = make_demo_faces(12, random_state=1)
    model = make_model("cnn-color", size=32, min_score=0.25, min_face=40)
    model.set_params(classifier__input_size=16, classifier__epochs=1, classifier__mirror=False)
    model.fit(list(images), labels)
    again = load_onnx(export_onnx(model, tmp_path / "c.onnx"))
    assert again[0].get_params() == model[0].get_params()
    assert again[-1].get_params()["mirror"] is False
    assert again[-1].channels == 3
    np.testing.assert_allclose(
        again.predict_proba(list(images)), model.predict_proba(list(images)), atol=1e-5
    )
    (row,) = predict_images([photo], again).to_dict("records")
    assert row["status"] == "ok"
    assert row["p_happy"] == pytest.approx(model.predict_proba([photo])[0, 0], abs=1e-5)


def test_damage_is_told(onnx_file: Path) -> None:
    data, card = onnx_file.read_bytes(), read_card(onnx_file)
    beside = onnx_file.with_name("cnn.onnx.json")
    onnx_file.write_bytes(data[:-9])
    with pytest.raises(UserError, match="is damaged: its sha256"):
        load_onnx(onnx_file)
    onnx_file.write_bytes(data)
    card["probe"][1]["p_happy"] = 1 - card["probe"][1]["p_happy"] + 0.3
    beside.write_text(json.dumps(card))
    with pytest.raises(UserError, match=r"does not answer as it did.*self-check image 2"):
        load_onnx(onnx_file)
    for broken in ({**card, "network": {}}, {**card, "faces": None}):
        beside.write_text(json.dumps(broken))
        with pytest.raises(UserError, match="not the card of an ONNX model"):
            load_onnx(onnx_file)
    beside.unlink()
    with pytest.raises(UserError, match="has no card"):
        load_onnx(onnx_file)
    onnx_file.unlink()
    with pytest.raises(UserError, match="no model file"):
        load_onnx(onnx_file)


def test_only_a_fitted_cnn_is_exported(cnn_model: Any, tmp_path: Path) -> None:
    out = tmp_path / "new" / "m.onnx"
    for model, says in (
        (make_model("pixels-logreg"), "is no CNN \\(its classifier is LogisticRegression\\)"),
        (make_model("cnn-small"), "not fitted"),
        (cnn_model[-1], "only a Pipeline of a FaceAligner and a CNN"),
    ):
        with pytest.raises(UserError, match=says):
            export_onnx(model, out)
    with pytest.raises(UserError, match=r"ends in \.onnx"):
        export_onnx(cnn_model, tmp_path / "m.joblib")
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_answers_otherwise_is_not_written(
    cnn_model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = OnnxCnn._forward
    monkeypatch.setattr(OnnxCnn, "_forward", lambda self, x: honest(self, x) + 0.001)
    with pytest.raises(UserError, match="answers differ from the model"):
        export_onnx(cnn_model, tmp_path / "m.onnx", selfcheck_images=list(make_demo_faces(2)[0]))
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(cnn_model: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UserError, match="cannot write the model"):
        export_onnx(cnn_model, tmp_path / "file" / "m.onnx")


def untrained(architecture: str) -> CnnClassifier:
    """A network as it begins: three biases are equal, which the exporter writes as one."""
    from happysad.pipeline.cnn.networks import build, weights_of

    cnn = CnnClassifier(architecture, input_size=16, mirror=False)
    cnn.classes_, cnn.architecture_ = np.array(["happy", "sad"]), architecture
    cnn.input_size_, cnn.channels_ = 16, 1
    cnn.weights_ = weights_of(build(architecture, 16, 1))
    return cnn


@pytest.mark.parametrize("architecture", ["small", "resnet"])
def test_the_network_is_valid_and_equal_by_onnx_and_opencv(architecture: str, mouths) -> None:
    from onnx.reference import ReferenceEvaluator

    from happysad.pipeline.cnn.preprocessing import to_bytes

    cnn = untrained(architecture)
    network = onnx_bytes(cnn)
    assert onnx_bytes(cnn) == network
    model = onnx.load_from_string(network)
    onnx.checker.check_model(model, full_check=True)
    (given,), (answer,) = model.graph.input, model.graph.output
    assert (given.name, answer.name) == (INPUT, OUTPUT)
    shape = given.type.tensor_type.shape.dim
    assert shape[0].dim_param
    assert [d.dim_value for d in shape[1:]] == [1, 16, 16]
    faces, _ = mouths(5, seed=4)
    expected = cnn.predict_proba(faces)
    images = to_bytes(faces.crops, 16).astype(np.float32) / 255
    (p,) = ReferenceEvaluator(network).run(None, {INPUT: images})
    np.testing.assert_allclose(p[:, 0], expected[:, 1], atol=1e-5)
    exported = OnnxCnn(network, 16, mirror=False)
    for n in (5, 1, 3):
        np.testing.assert_allclose(exported.predict_proba(faces[:n]), expected[:n], atol=1e-5)


def test_without_onnx_it_says_what_to_install(cnn_model: Any, monkeypatch) -> None:
    real_import = builtins.__import__

    def no_onnx(name: str, *args: object, **kwargs: object) -> object:
        if name.split(".")[0] == "onnx":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real_import(name, *args, **kwargs)  # type: ignore[arg-type]

    for module in [name for name in sys.modules if name.split(".")[0] == "onnx"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(builtins, "__import__", no_onnx)
    with pytest.raises(UserError, match=r'pip install "happysad\[onnx\]"'):
        onnx_bytes(cnn_model[-1])
