"""``happysad train``."""

from __future__ import annotations

import joblib
import pytest
from click.testing import CliRunner

from happysad.commands.train import DEFAULT_MODEL, fit_and_save
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
    assert DEFAULT_MODEL in RECIPES
