"""What a pickled model needs; ``test_model_file.py`` has the files that are refused."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer

from happysad.pipeline.model_files.model_card import library_versions
from happysad.pipeline.model_files.safe_unpickling import (
    as_user_error,
    check_cnn_libraries,
    optional_libraries,
    pickled_modules,
    unpickle,
    unpickled_in,
)
from happysad.pipeline.models.registry import make_model
from happysad.utils.errors import UserError


def test_modules_of_a_model_are_found():
    modules = pickled_modules(make_model("fusion-svm"))
    assert {
        "happysad.features.faces.aligner",
        "happysad.features.hog",
        "happysad.pipeline.estimators.face_model",
    } <= modules
    assert "__main__" not in modules


def test_only_a_cnn_asks_for_torch():
    assert optional_libraries(pickled_modules(make_model("fusion-svm"))) == set()
    assert optional_libraries(pickled_modules(make_model("cnn-small"))) == {"torch", "skorch"}
    assert optional_libraries({"imblearn.pipeline"}) == {"imbalanced-learn"}


def test_what_lives_in_a_script_or_cannot_be_pickled_is_refused(monkeypatch):
    class Local:
        pass

    Local.__module__, Local.__qualname__ = "__main__", "Mine"
    monkeypatch.setattr(sys.modules["__main__"], "Mine", Local, raising=False)
    with pytest.raises(UserError, match="Mine is defined in the script"):
        pickled_modules([Local()])
    with pytest.raises(UserError, match="cannot be saved"):
        pickled_modules(FunctionTransformer(lambda x: x))


def test_a_missing_library_is_named(monkeypatch):
    card = {"versions": {"torch": "2.0", "skorch": "1.0"}}
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"needs torch: run pip install \"happysad\[cnn\]\""):
        check_cnn_libraries(Path("m.joblib"), card)
    check_cnn_libraries(Path("m.joblib"), {"versions": {}})


def test_unpickled_as_it_was():
    model = LogisticRegression().fit(np.eye(4), ["happy", "sad"] * 2)
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    buffer.seek(0)
    loaded = unpickle(buffer)
    np.testing.assert_array_equal(loaded.coef_, model.coef_)


def test_whatever_goes_wrong_is_one_sentence():
    for error, words in (
        (ModuleNotFoundError("no", name="catboost"), "needs the Python module catboost"),
        (AttributeError("no attribute x"), "cannot be loaded here (AttributeError: no attribute"),
        (UserError("as it is"), "as it is"),
    ):
        with (
            pytest.raises(UserError) as raised,
            as_user_error(Path("m.joblib"), {"versions": library_versions()}),
        ):
            raise error
        assert words in str(raised.value)


@pytest.fixture
def pickled(tmp_path):
    """A file that holds a dictionary."""
    joblib.dump({"answer": 42}, tmp_path / "some.joblib", compress=1)
    return tmp_path / "some.joblib"


def test_a_model_is_unpickled_within_the_context_given(pickled):
    steps = []

    @contextmanager
    def around():
        steps.append("in")
        yield
        steps.append("out")

    with unpickled_in(around), pickled.open("rb") as file:
        assert unpickle(file) == {"answer": 42}
    assert steps == ["in", "out"]
    with pickled.open("rb") as file:
        assert unpickle(file) == {"answer": 42}
    assert len(steps) == 2


def test_what_went_wrong_within_it_is_tried_without(pickled):
    @contextmanager
    def around():
        yield
        raise TypeError("not the file's fault")

    with unpickled_in(around), pickled.open("rb") as file:
        assert unpickle(file) == {"answer": 42}
    pickled.write_bytes(b"no pickle")
    with unpickled_in(around), pickled.open("rb") as file, pytest.raises(KeyError):
        unpickle(file)
