"""``happysad export``."""

from __future__ import annotations

import pytest

from happysad.commands.train import fit_and_save
from happysad.pipeline.cnn.onnx_file import load_onnx
from happysad.pipeline.model_files.model_file import load_model

pytest.importorskip("onnx")
pytest.importorskip("torch")


@pytest.fixture(scope="module")
def cnn_file(demo_data, tmp_path_factory):
    recipe = tmp_path_factory.mktemp("cnn") / "tiny.toml"
    recipe.write_text(
        'base = "cnn-small"\n[parameters]\nclassifier__epochs = 2\nclassifier__input_size = 16\n'
    )
    path = recipe.with_name("cnn.joblib")
    fit_and_save(str(demo_data), str(recipe), path, 1, 0, True, True)
    return path


def test_predict_takes_the_exported_model(happysad, cnn_file, tmp_path, photo):
    out = tmp_path / "cnn.onnx"
    told = happysad("export", cnn_file, out).stdout
    assert told == f"written to {out}, its card to {out}.json\n"
    tables = [happysad("predict", "--model", file, photo).stdout for file in (cnn_file, out)]
    assert tables[0] == tables[1]
    expected = load_model(cnn_file).predict_proba([photo])
    assert abs(load_onnx(out).predict_proba([photo]) - expected).max() < 1e-4


def test_mistakes_are_one_sentence(refused, cnn_file, model_file, photo, tmp_path):
    out = tmp_path / "m.onnx"
    assert "is no CNN" in refused("export", model_file, out)
    assert "no model file" in refused("export", tmp_path / "missing.joblib", out)
    assert "ends in .onnx" in refused("export", cnn_file, tmp_path / "m.joblib")
    assert "no model file" in refused("predict", "--model", out, photo)
    assert not out.exists()


def test_training_starts_from_the_file(happysad, refused, cnn_file, demo_data, tmp_path):
    out = tmp_path / "tuned.joblib"
    recipe = cnn_file.with_name("tiny.toml")
    flags = ["--data", demo_data, "--jobs", 1, "--out", out]
    happysad("train", "--model", recipe, "--start-from", cnn_file, *flags)
    tuned, before = load_model(out)[-1], load_model(cnn_file)[-1]
    assert str(tuned.start_from) == str(cnn_file)
    change = {k: abs(tuned.weights_[k] - before.weights_[k]).max() for k in before.weights_}
    assert 0 < max(change.values()) < 0.05  # two gentle epochs lead nowhere else
    told = refused("train", "--model", "cnn-small", "--start-from", cnn_file, *flags)
    assert "input_size 16, not 48" in told
    told = refused("train", "--model", "dummy", "--start-from", cnn_file, *flags)
    assert "cannot start from another model" in told
    told = refused("train", "--model", "cnn-small", "--start-from", tmp_path / "no", *flags)
    assert "there is no model file" in told
