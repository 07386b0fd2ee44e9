"""A model of either kind of file."""

from __future__ import annotations

import pytest

from happysad.pipeline.prediction.load_any import load_any
from happysad.utils.errors import UserError


def test_a_joblib_file_and_a_name(model_file, photo):
    for model in (model_file, str(model_file), "texture-svm"):
        assert load_any(model).predict([photo])[0] in ("happy", "sad")


def test_an_onnx_file_is_not_unpickled(tmp_path, model_file):
    (tmp_path / "a.onnx").write_bytes(model_file.read_bytes())
    with pytest.raises(UserError, match=r"a\.onnx has no card"):
        load_any(tmp_path / "a.onnx")
    with pytest.raises(UserError, match="or export one"):
        load_any(tmp_path / "none.onnx")


def test_unknown_names_list_the_shipped_ones():
    with pytest.raises(UserError, match=r"did you mean fusion-svm\?.* fusion-svm and texture-svm"):
        load_any("fusoin-svm")
