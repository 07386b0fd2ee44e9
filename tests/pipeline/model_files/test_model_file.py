"""Model files: the round trip, and everything that must be refused in one sentence."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
import sys
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
import sklearn
from PIL import Image
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from happysad.features.faces.aligner import FaceAligner
from happysad.features.pixels import Pixels
from happysad.pipeline.model_files.model_card import (
    LICENCE_5,
    LICENCE_68,
    LICENCE_RESNET,
    LICENCE_YUNET,
)
from happysad.pipeline.model_files.model_file import (
    card_path,
    licences,
    load_model,
    read_card,
    save_model,
)
from happysad.pipeline.model_files.selfcheck import find_mismatch, make_selfcheck
from happysad.utils.errors import UserError

RNG = np.random.default_rng(0)
IMAGES = list(RNG.integers(0, 256, (24, 16, 16), dtype=np.uint8))
LABELS = np.where(np.arange(24) % 2 == 0, "happy", "sad")


def make_model(**options) -> Pipeline:
    """From a list of images to a label, quick to fit; made by hand, as a user may."""
    return Pipeline(
        [
            ("faces", FaceAligner(16, "5", detector=False)),
            ("features", Pixels(8)),
            ("scale", StandardScaler()),
            ("classify", LogisticRegression(**options)),
        ]
    )


@pytest.fixture(scope="module")
def model() -> Pipeline:
    return make_model().fit(IMAGES, LABELS)


@pytest.fixture
def saved(model: Pipeline, tmp_path: Path) -> Path:
    return save_model(
        model, tmp_path / "my model.joblib", {"name": "toy"}, selfcheck_images=IMAGES[:3]
    )


def edit_card(path: Path, **changes) -> None:
    card = json.loads(card_path(path).read_text("utf-8"))
    card_path(path).write_text(json.dumps(card | changes), "utf-8")


def refused(path: Path, *words: str) -> None:
    """``load_model`` gives one sentence that holds the words."""
    with pytest.raises(UserError) as caught:
        load_model(path)
    text = str(caught.value)
    assert "\n" not in text
    assert str(path) in text
    for word in words:
        assert word in text


def test_round_trip(model, saved):
    loaded = load_model(saved)
    assert isinstance(loaded, Pipeline)
    np.testing.assert_array_equal(loaded.predict_proba(IMAGES), model.predict_proba(IMAGES))
    assert list(loaded.predict(IMAGES)) == list(model.predict(IMAGES))
    assert sorted(file.name for file in saved.parent.iterdir()) == [
        "my model.joblib",
        "my model.joblib.json",
    ]


@pytest.mark.process
def test_plain_joblib_load_in_another_process(model, saved, tmp_path):
    np.save(tmp_path / "images.npy", np.stack(IMAGES))
    code = (
        "import joblib, numpy, sys; m = joblib.load('my model.joblib');"
        "print(*m.predict(list(numpy.load('images.npy'))))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == list(model.predict(IMAGES))


def test_card(saved, model):
    card = read_card(saved)
    assert card["format"] == 1
    assert card["name"] == "toy"
    assert card["bytes"] == saved.stat().st_size
    assert card["created"].endswith("+00:00")
    assert [step["name"] for step in card["steps"]] == ["faces", "features", "scale", "classify"]
    assert card["steps"][2]["class"].endswith("StandardScaler")
    assert card["versions"]["scikit-learn"] == sklearn.__version__
    assert {"python", "numpy", "scipy", "scikit-image", "opencv", "dlib", "joblib"} <= set(
        card["versions"]
    )
    assert "torch" not in card["versions"]
    assert len(card["probe"]) == 3
    happy = model.predict_proba(IMAGES[:3])[:, 0]
    assert [shot["p_happy"] for shot in card["probe"]] == list(happy)


def test_card_is_strict_json(model, tmp_path):
    further = {"metrics": {"roc_auc": float("nan"), "n": np.int64(3), "f1": np.float32(0.5)}}
    path = save_model(model, tmp_path / "m", {**further, "data": Path("a/b"), "licences": ["CC0"]})

    def never(word):
        raise AssertionError(word)

    card = json.loads(card_path(path).read_text("utf-8"), parse_constant=never)
    assert card["metrics"] == {"roc_auc": None, "n": 3, "f1": 0.5}
    assert card["data"] == str(Path("a/b"))
    assert card["licences"] == [LICENCE_YUNET, LICENCE_5, "CC0"]


def test_card_may_not_replace_what_save_model_writes(model, tmp_path):
    with pytest.raises(UserError, match="sha256"):
        save_model(model, tmp_path / "m.joblib", {"sha256": "0"})
    assert not list(tmp_path.iterdir())


def test_missing_file(tmp_path):
    refused(tmp_path / "none.joblib", "there is no model file")


def test_no_card(saved):
    card_path(saved).unlink()
    refused(saved, "has no card", "joblib.load")


def test_cut_file_is_refused_before_unpickling(saved, monkeypatch):
    whole = saved.read_bytes()
    monkeypatch.setattr(joblib, "load", lambda *_: pytest.fail("unpickled a damaged file"))
    for keep in (0, 1, 500, -1):
        saved.write_bytes(whole[:keep])
        refused(saved, "is damaged", "its sha256 is not the one in my model.joblib.json")


def test_one_bit_turned(saved):
    data = bytearray(saved.read_bytes())
    data[len(data) // 2] ^= 1
    saved.write_bytes(data)
    refused(saved, "is damaged")


def test_damaged_card(saved):
    for text in (b"", b'{"format": 1, ', b"\xff\xfe"):
        card_path(saved).write_bytes(text)
        refused(saved, "is damaged")


def test_card_of_something_else(saved):
    for text in ("[]", "{}", '{"format": "1"}', '{"format": 1}', '{"format": 0}'):
        card_path(saved).write_text(text)
        refused(saved, "is not the card of a happysad model")


def test_newer_format(saved):
    edit_card(saved, format=2)
    refused(saved, "has format 2", "upgrade happysad")


def test_selfcheck_mismatch(saved):
    probe = read_card(saved)["probe"]
    probe[1]["p_happy"] += 0.002
    edit_card(saved, probe=probe)
    refused(saved, "does not answer as it did", "self-check image 2", f"{probe[1]['p_happy']:.4f}")
    probe[1]["p_happy"] -= 0.0015  # other processors round otherwise
    edit_card(saved, probe=probe)
    load_model(saved)


def test_selfcheck_mismatch_names_the_versions(saved):
    card = read_card(saved)
    card["probe"][0]["p_happy"] = 2.0
    edit_card(saved, probe=card["probe"], versions=card["versions"] | {"opencv": "4.1.0"})
    refused(saved, "saved with opencv 4.1.0", "pip install opencv-python-headless==4.1.0")


def test_damaged_selfcheck(saved):
    for shot in ({}, {"png": "AAAA", "p_happy": 0.5}, {"png": "?", "p_happy": 0.5}):
        edit_card(saved, probe=[shot])
        with pytest.raises(UserError, match="self-check on the card is damaged"):
            load_model(saved)


def test_selfcheck_of_files_and_large_images(model, tmp_path):
    tall = RNG.integers(0, 256, (600, 300, 3), dtype=np.uint8)
    Image.fromarray(tall).save(tmp_path / "tall.png")
    seen = []

    class Spy:
        classes_ = model.classes_

        def predict_proba(self, images):
            seen.extend(images)
            return np.full((len(images), 2), 0.5)

    entries = make_selfcheck(Spy(), [tmp_path / "tall.png", IMAGES[0]])
    assert seen[0].shape == (256, 128, 3)
    assert find_mismatch(Spy(), entries) == ""
    for first, second in zip(seen[:2], seen[2:], strict=True):
        np.testing.assert_array_equal(first, second)


def test_too_many_selfcheck_images(model, tmp_path):
    with pytest.raises(UserError, match="up to 4 images, but 5"):
        save_model(model, tmp_path / "m.joblib", selfcheck_images=IMAGES[:5])


def test_other_scikit_learn_version_is_one_warning(model, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(sklearn.base, "__version__", "1.2.3")
        path = save_model(model, tmp_path / "old.joblib", selfcheck_images=IMAGES[:1])
    edit_card(path, versions=read_card(path)["versions"] | {"scikit-learn": "1.2.3"})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        load_model(path)
    assert len(caught) == 1  # five estimators, one sentence
    assert not issubclass(caught[0].category, InconsistentVersionWarning)
    text = str(caught[0].message)
    assert f"scikit-learn 1.2.3 and this is {sklearn.__version__}" in text
    assert "pip install scikit-learn==1.2.3" in text
    assert caught[0].filename == __file__


def test_unpickling_that_fails_tells_the_versions(saved, monkeypatch):
    edit_card(saved, versions=read_card(saved)["versions"] | {"scikit-learn": "1.2.3"})
    monkeypatch.delattr(sklearn.preprocessing._data, "StandardScaler")
    refused(saved, "cannot be loaded here", "scikit-learn 1.2.3", "pip install scikit-learn==1.2.3")


def test_missing_module(saved, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.linear_model._logistic", None)
    refused(saved, "needs the Python module sklearn.linear_model._logistic")


def test_cnn_without_torch(saved, monkeypatch):
    edit_card(saved, versions=read_card(saved)["versions"] | {"torch": "2.13.0+cpu"})
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda n, *a: None if n == "torch" else find_spec(n, *a)
    )
    refused(saved, "needs torch", 'pip install "happysad[cnn]"')


def test_cnn_card_names_torch(tmp_path):
    pytest.importorskip("torch")
    cnn = pytest.importorskip("happysad.pipeline.cnn.classifier")
    classifier = cnn.CnnClassifier()
    classifier.classes_ = np.array(["happy", "sad"])
    path = save_model(
        Pipeline([*make_model().steps[:1], ("classify", classifier)]), tmp_path / "cnn.joblib"
    )
    assert {"torch", "skorch"} <= set(read_card(path)["versions"])


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_crash_in_the_middle_leaves_the_old_pair(saved, error, monkeypatch):
    before = {file.name: file.read_bytes() for file in saved.parent.iterdir()}

    def half(model, file, compress):
        Path(file).write_bytes(b"half")
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(joblib, "dump", half)
        with pytest.raises(UserError if isinstance(error, OSError) else KeyboardInterrupt):
            save_model(make_model(C=9.0).fit(IMAGES, LABELS), saved)
    assert {file.name: file.read_bytes() for file in saved.parent.iterdir()} == before
    assert read_card(saved)["name"] == "toy"
    load_model(saved)


def test_crash_between_the_two_files_is_noticed(saved, monkeypatch):
    import os

    replace = os.replace

    def only_the_model(source, target):
        if str(target).endswith(".json"):
            raise OSError(5, "killed here")
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", only_the_model)
        with pytest.raises(UserError, match="killed here"):
            save_model(make_model(C=9.0).fit(IMAGES, LABELS), saved)
    refused(saved, "is damaged")


def test_a_higher_level_of_compression_gives_a_smaller_file(model, tmp_path):
    sizes = []
    for level in (0, 1, 9):
        path = save_model(model, tmp_path / f"{level}.joblib", compress=level)
        np.testing.assert_array_equal(load_model(path).predict(IMAGES), model.predict(IMAGES))
        sizes.append(path.stat().st_size)
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3


def test_saving_again_replaces_both(saved):
    other = make_model(C=9.0).fit(IMAGES, LABELS)
    save_model(other, saved, selfcheck_images=IMAGES[:1])
    np.testing.assert_array_equal(
        load_model(saved).predict_proba(IMAGES), other.predict_proba(IMAGES)
    )


def test_what_cannot_be_asked_is_not_saved(tmp_path):
    numbers = (LABELS == "happy").astype(int)
    wrong = {
        "call its fit first": make_model(),
        "but on 0, 1: fit it with these two words": make_model().fit(IMAGES, numbers),
        "is a FaceAligner": make_model()[1:],
    }
    for words, model in wrong.items():
        with pytest.raises(UserError, match=words):
            save_model(model, tmp_path / "m.joblib")
    assert not list(tmp_path.iterdir())


def test_a_file_of_something_else_is_refused(saved, model):
    """As one may be written by hand, with a card of the right sha256."""
    joblib.dump(GridSearchCV(model, {}), saved)
    edit_card(saved, sha256=hashlib.sha256(saved.read_bytes()).hexdigest())
    with pytest.raises(UserError, match=r"this is GridSearchCV.*\.best_estimator_$"):
        load_model(saved)


def test_place_that_cannot_be_written(model, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write the model"):
        save_model(model, tmp_path / "file" / "m.joblib")


MAIN_SCRIPT = """
import sys
import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from happysad.utils.errors import UserError
from happysad.features.faces.aligner import FaceAligner
from happysad.features.pixels import Pixels
from happysad.pipeline.model_files.model_file import save_model

class Mine(FunctionTransformer):
    pass

def mine(x):
    return x

for first in (Mine(), FunctionTransformer(mine), FunctionTransformer(lambda x: x)):
    faces = [("faces", FaceAligner(16, "5", detector=False)), ("features", Pixels(4))]
    model = Pipeline([*faces, ("first", first), ("last", DummyClassifier())])
    model.fit(list(np.zeros((2, 16, 16), np.uint8)), ["happy", "sad"])
    try:
        save_model(model, "m.joblib")
    except UserError as error:
        print(error)
"""


@pytest.mark.process
def test_classes_of_the_running_script_are_refused(tmp_path):
    (tmp_path / "script.py").write_text(MAIN_SCRIPT)
    run = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    lines = run.stdout.splitlines()
    assert [line.split(":")[1].split()[0] for line in lines] == ["Mine", "mine", "<lambda>"]
    assert all("defined in the script that runs" in line for line in lines)
    assert not (tmp_path / "m.joblib").exists()


def test_what_cannot_be_pickled(tmp_path):
    *first, last = make_model().steps
    wrong = Pipeline([*first, ("same", FunctionTransformer(lambda x: x)), last])
    wrong.fit(IMAGES, LABELS)
    with pytest.raises(UserError, match="cannot be saved"):
        save_model(wrong, tmp_path / "m.joblib")
    assert not list(tmp_path.iterdir())


class Embedding(TransformerMixin, BaseEstimator):
    __module__ = "happysad.features.embedding"


def test_licences():
    from sklearn.pipeline import FeatureUnion

    assert licences(make_model()[1:]) == []
    union = FeatureUnion([("a", Embedding()), ("b", Embedding())])
    assert licences(Pipeline([("faces", FaceAligner()), ("u", union)])) == [
        LICENCE_YUNET,
        LICENCE_68,
        LICENCE_RESNET,
    ]


@pytest.mark.process
def test_import_is_light():
    code = (
        "import sys, happysad.pipeline.model_files.model_file;"
        "sys.exit(any(m in sys.modules for m in ('sklearn', 'joblib', 'PIL', 'torch')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
