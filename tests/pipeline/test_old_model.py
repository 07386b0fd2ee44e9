"""A model file of this repository's history still loads, and says what to run where it cannot."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import sklearn
from sklearn.exceptions import InconsistentVersionWarning

from happysad.features.errors import UserError
from happysad.pipeline.demo_faces import make_demo_faces
from happysad.pipeline.model_file import load_model, read_card

OLD = Path(__file__).with_name("old_model.joblib")
SAVED_WITH = read_card(OLD)["versions"]["scikit-learn"]
PINNED = Path(__file__).resolve().parents[2] / "constraints.txt"


def test_it_is_a_real_and_small_model():
    card = read_card(OLD)
    assert OLD.stat().st_size < 500_000
    assert len(card["probe"]) == 4
    assert card["steps"][0]["class"] == "happysad.features.faces.FaceAligner"


def test_it_was_saved_by_the_pinned_scikit_learn():
    assert f"scikit-learn=={SAVED_WITH}" in PINNED.read_text("utf-8").splitlines()


@pytest.mark.filterwarnings("ignore:.*was saved with scikit-learn:UserWarning")
def test_it_loads_and_reads_faces():
    model = load_model(OLD)  # the answers to the probe are those of the day it was saved
    images, labels = make_demo_faces(20, random_state=5)
    p_happy = model.predict_proba(list(images))[:, list(model.classes_).index("happy")]
    assert p_happy[labels == "happy"].mean() > p_happy[labels == "sad"].mean() + 0.1
    assert set(model.predict(list(images))) == {"happy", "sad"}


def test_with_the_same_scikit_learn_nothing_is_said():
    if sklearn.__version__ != SAVED_WITH:
        pytest.skip(f"this is scikit-learn {sklearn.__version__}, not {SAVED_WITH}")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_model(OLD)


def test_another_scikit_learn_is_told_in_one_sentence_that_says_what_to_run(monkeypatch):
    monkeypatch.setattr(sklearn.base, "__version__", "99.1.0")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        load_model(OLD)
    (told,) = caught
    assert not issubclass(told.category, InconsistentVersionWarning)
    assert f"saved with scikit-learn {SAVED_WITH}" in str(told.message)
    assert f"run pip install scikit-learn=={SAVED_WITH} or train it anew" in str(told.message)


def test_where_it_cannot_be_loaded_the_sentence_says_what_to_run(monkeypatch):
    from happysad.pipeline import model_card

    found = model_card.library_versions
    monkeypatch.setattr(
        model_card, "library_versions", lambda names=(): found(names) | {"scikit-learn": "99.1.0"}
    )
    monkeypatch.delattr("sklearn.pipeline.FeatureUnion")  # as a later release might
    with pytest.raises(UserError) as caught:
        load_model(OLD)
    told = str(caught.value)
    assert told.startswith(f"{OLD} cannot be loaded here (")
    assert f"it was saved with scikit-learn {SAVED_WITH}" in told
    assert f"pip install scikit-learn=={SAVED_WITH}, or train it anew" in told
    assert "\n" not in told


def test_the_script_writes_such_a_model(tmp_path):
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("make_old_model", OLD.with_name("make_old_model.py"))
    assert spec is not None
    assert spec.loader is not None
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.PATH == OLD
    paths = [script.write(tmp_path / name) for name in ("a.joblib", "b.joblib")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    model = load_model(paths[0])
    assert [name for name, _ in model.steps] == [step["name"] for step in read_card(OLD)["steps"]]
    assert np.isfinite(model.predict_proba(list(make_demo_faces(2)[0]))).all()
