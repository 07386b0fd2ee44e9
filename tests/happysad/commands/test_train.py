"""``happysad train`` and ``happysad export``."""

from __future__ import annotations

import joblib
import pytest
from click.testing import CliRunner

from happysad.commands.train import fit_and_save, train
from happysad.experiments.runner.fit_tasks import EvaluationSet
from happysad.pipeline.data.dataset import load_data
from happysad.pipeline.model_files.model_file import load_model, read_card
from happysad.pipeline.models.registry import RECIPES


def test_writes_a_model_with_its_card_and_says_how_good_it_is(happysad, demo_data, tmp_path, photo):
    out = tmp_path / "new" / "m.joblib"
    flags = ["--model", "landmarks-svm", "--out", out, "--jobs", 1]
    result = happysad("train", "--data", demo_data, *flags)
    lines = result.stdout.splitlines()
    for line, part in zip(lines, ("val", "test"), strict=False):
        assert line.startswith(f"landmarks-svm on the {part} part of {demo_data}: accuracy 0.")
        assert "precision" in line
        assert "f1" in line
    assert lines[2:] == [f"written to {out}, its card to {out}.json"]
    assert "reading 40 images of forty" in result.stderr
    model = load_model(out)
    assert list(model.predict([photo])) == list(joblib.load(out).predict([photo])) == ["happy"]
    assert model.get_params()["faces__n_jobs"] is None
    card = read_card(out)
    assert (card["model"], card["data"]) == ("landmarks-svm", load_data(demo_data).hash)


@pytest.mark.slow
def test_the_seed_decides(demo_data, tmp_path):
    data, out = str(demo_data / "train"), tmp_path / "m.joblib"  # in parts made by the seed
    trials = [fit_and_save(data, "hog-svm", out, 1, seed, True, True) for seed in (1, 1, 2)]
    p = [list(trial.p_happy[EvaluationSet("train", "test")]) for trial in trials]
    assert p[0] == p[1] != p[2]


def test_quiet_tells_the_result_only(happysad, demo_data, tmp_path):
    out = tmp_path / "m.joblib"
    result = happysad(
        "train", "--data", demo_data, "--model", "dummy", "--out", out, "--quiet", "--jobs", 1
    )
    assert result.stderr == ""
    assert len(result.stdout.splitlines()) == 3


def test_the_model_in_the_place_is_kept_where_the_run_fails(demo_data, tmp_path, monkeypatch):
    from happysad import cli

    out = tmp_path / "m.joblib"
    out.write_bytes(b"an older model")

    def fail(*arguments):
        raise ZeroDivisionError

    monkeypatch.setattr("sklearn.dummy.DummyClassifier.fit", fail)
    flags = ["--data", str(demo_data), "--model", "dummy", "--out", str(out), "--jobs", "1"]
    assert CliRunner().invoke(cli.main, ["train", *flags]).exit_code == 1
    assert out.read_bytes() == b"an older model"
    assert [file.name for file in tmp_path.iterdir()] == ["m.joblib"]


def test_mistakes_are_one_sentence(refused, demo_data, tmp_path):
    out = tmp_path / "m.joblib"
    told = refused("train", "--data", demo_data, "--model", "fusion", "--out", out)
    assert "there is no model named 'fusion': did you mean fusion-" in told
    told = refused("train", "--data", demo_data, "--model", "dummy", "--out", tmp_path / "m.pkl")
    assert "ends in .joblib" in told
    assert "does not exist" in refused("train", "--data", tmp_path / "no", "--out", out)
    (tmp_path / "file").write_text("mine")
    flags = ["--model", "dummy", "--out", tmp_path / "file" / "m.joblib", "--jobs", 1]
    assert "cannot write the model" in refused("train", "--data", demo_data, *flags)
    assert not out.exists()


@pytest.mark.parametrize("suffix", ["", ".json"])
def test_a_folder_in_the_way_is_one_sentence(refused, demo_data, tmp_path, suffix):
    out = tmp_path / "m.joblib"
    (tmp_path / f"m.joblib{suffix}" / "inside").mkdir(parents=True)
    told = refused("train", "--data", demo_data, "--model", "dummy", "--out", out, "--jobs", 1)
    assert "cannot write the model" in told


def test_the_default_model_is_a_recipe():
    (model,) = [option for option in train.params if option.name == "model"]
    assert model.default in RECIPES


@pytest.fixture(scope="module")
def cnn_file(demo_data, tmp_path_factory):
    pytest.importorskip("onnx")
    pytest.importorskip("torch")
    recipe = tmp_path_factory.mktemp("cnn") / "tiny.toml"
    recipe.write_text(
        'base = "cnn-small"\n[parameters]\nclassifier__epochs = 2\nclassifier__input_size = 16\n'
    )
    path = recipe.with_name("cnn.joblib")
    fit_and_save(str(demo_data), str(recipe), path, 1, 0, True, True)
    return path


@pytest.mark.slow
def test_predict_takes_the_exported_model(happysad, cnn_file, tmp_path, photo):
    from happysad.pipeline.cnn.onnx_cnn import load_onnx

    out = tmp_path / "cnn.onnx"
    told = happysad("export", cnn_file, out).stdout
    assert told == f"written to {out}, its card to {out}.json\n"
    tables = [happysad("predict", "--model", file, photo).stdout for file in (cnn_file, out)]
    assert tables[0] == tables[1]
    expected = load_model(cnn_file).predict_proba([photo])
    assert abs(load_onnx(out).predict_proba([photo]) - expected).max() < 1e-4


@pytest.mark.slow
def test_mistakes_of_export_are_one_sentence(refused, cnn_file, model_file, photo, tmp_path):
    out = tmp_path / "m.onnx"
    assert "is no CNN" in refused("export", model_file, out)
    assert "no model file" in refused("export", tmp_path / "missing.joblib", out)
    assert "ends in .onnx" in refused("export", cnn_file, tmp_path / "m.joblib")
    assert "no model file" in refused("predict", "--model", out, photo)
    assert not out.exists()


@pytest.mark.slow
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
