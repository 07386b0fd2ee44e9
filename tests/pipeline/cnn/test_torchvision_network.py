"""pipeline/cnn/torchvision_network.py: ResNet-18 with our head; torchvision need not be there."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from happysad.experiments.fine_tuning import find_model
from happysad.pipeline.cnn.classifier import CnnClassifier
from happysad.pipeline.models.registry import make_model
from happysad.utils.errors import UserError

torch = pytest.importorskip("torch")
pytest.importorskip("skorch")

from happysad.pipeline.cnn.networks import weights_of  # noqa: E402
from happysad.pipeline.cnn.torchvision_network import (  # noqa: E402
    MEAN,
    STD,
    ResNet18,
    read_state_dict,
)

OPTIONS = {"architecture": "resnet18", "input_size": 64, "n_threads": 1, "random_state": 0}


class TinyResNet(torch.nn.Module):
    """In place of torchvision's: as it names its last layer, and as small as can be."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1 = torch.nn.Conv2d(3, 8, 7, 4, bias=False), torch.nn.BatchNorm2d(8)
        self.fc: Any = torch.nn.Linear(8, 1000)

    def forward(self, images: Any) -> Any:
        return self.fc(torch.relu(self.bn1(self.conv1(images))).mean((2, 3)))


@pytest.fixture(autouse=True)
def _torchvision(monkeypatch: pytest.MonkeyPatch) -> None:
    package, models = ModuleType("torchvision"), ModuleType("torchvision.models")
    models.resnet18 = lambda weights: TinyResNet()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torchvision", package)
    monkeypatch.setitem(sys.modules, "torchvision.models", models)


@pytest.fixture
def state_dict(tmp_path: Path) -> Path:
    """Weights as torchvision publishes them."""
    torch.manual_seed(0)
    torch.save(TinyResNet().state_dict(), tmp_path / "resnet18-f37072fd.pth")
    return tmp_path / "resnet18-f37072fd.pth"


def test_grey_is_repeated_and_scaled_as_colours_are() -> None:
    network = ResNet18().eval()
    grey = torch.rand(3, 1, 64, 64)
    logits = network(grey)
    assert logits.shape == (3, 1)
    torch.testing.assert_close(network(grey.repeat(1, 3, 1, 1)), logits)
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (MEAN, STD))
    torch.testing.assert_close(network.output(network.body((grey - mean) / std)), logits)
    assert not {"mean", "std"} & set(weights_of(network))


def test_all_but_the_head_comes_from_the_file(state_dict: Path) -> None:
    weights, saved = read_state_dict(state_dict), torch.load(state_dict, weights_only=True)
    own = weights_of(ResNet18())
    assert own.keys() - weights.keys() == {"output.weight", "output.bias"}
    assert weights.keys() < own.keys()
    np.testing.assert_array_equal(weights["body.conv1.weight"], saved["conv1.weight"].numpy())


@pytest.mark.parametrize("color", [False, True])
def test_training_starts_from_the_file(state_dict: Path, mouths: Any, color: bool) -> None:
    faces, labels = mouths(12, size=64, color=color)
    model = CnnClassifier(**OPTIONS, epochs=0, start_from=state_dict).fit(faces, labels)
    body = read_state_dict(state_dict)["body.conv1.weight"]
    np.testing.assert_array_equal(model.weights_["body.conv1.weight"], body)
    model = CnnClassifier(**OPTIONS, epochs=2, start_from=str(state_dict)).fit(faces, labels)
    assert not np.array_equal(model.weights_["body.conv1.weight"], body)
    p = model.predict_proba(faces)
    model._network = None  # as from a file
    np.testing.assert_allclose(model.predict_proba(faces), p, atol=1e-5)


def test_recipe_and_experiment_take_it(state_dict: Path) -> None:
    aligner, cnn = find_model(str(state_dict))
    assert (cnn.architecture, cnn.start_from) == ("resnet18", str(state_dict))
    assert not hasattr(cnn, "weights_")
    assert repr(aligner) == repr(make_model("cnn-resnet18")[0])


def test_other_files_are_one_sentence(state_dict: Path, tmp_path: Path, mouths: Any) -> None:
    with pytest.raises(UserError, match=r"there is no file .*no\.pth"):
        read_state_dict(tmp_path / "no.pth")
    other = tmp_path / "other.pt"
    other.write_bytes(b"nothing of torch's")
    with pytest.raises(UserError, match="holds no weights that torch can read"):
        read_state_dict(other)
    for content in ([1, 2], {"conv1.weight": "text"}):
        torch.save(content, other)
        with pytest.raises(UserError, match="holds no weights that torch can read"):
            read_state_dict(other)
    torch.save({"conv1.weight": torch.zeros(3)}, other)
    with pytest.raises(UserError, match="but not those of torchvision's resnet18"):
        read_state_dict(other)
    with pytest.raises(UserError, match="architecture 'resnet18', not 'small'"):
        CnnClassifier(start_from=state_dict).fit(*mouths(6))


def test_without_torchvision_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision.models", None)
    with pytest.raises(UserError, match=r"needs torchvision .*run pip install torchvision"):
        ResNet18()
