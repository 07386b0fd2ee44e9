"""experiments/fine_tuning.py: who is drawn, and the table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from happysad.experiments.fine_tuning import (
    COLUMNS,
    CONDITIONS,
    FineTuningConfig,
    draw,
    find_model,
    main,
    summary,
)
from happysad.experiments.runner.config import read_config
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.model_files.model_file import save_model
from happysad.pipeline.models.registry import make_model
from happysad.utils.errors import UserError

LABELS = np.array(["happy", "sad"] * 30)
GROUPS = np.array([f"person {i // 3}" for i in range(60)])


def test_half_of_each_class_and_nobody_on_both_sides():
    seen = set()
    for seed in range(5):
        train, test = draw(LABELS, GROUPS, 20, np.random.default_rng(seed))
        assert sorted(LABELS[train]) == ["happy"] * 10 + ["sad"] * 10
        assert set(GROUPS[train]).isdisjoint(GROUPS[test])
        left = set(GROUPS) - set(GROUPS[train])
        assert set(GROUPS[test]) == left
        assert len(test) == 3 * len(left)
        seen.add(tuple(train))
    assert len(seen) == 5


def test_too_few_images_are_told():
    for n in (60, 62):
        with pytest.raises(UserError, match="are too few"):
            draw(LABELS, GROUPS, n, np.random.default_rng(0))


def test_the_summary_is_mean_and_deviation_over_draws():
    rows = [(d, c, 8, 9, 0.5 + d / 5, 0.5, 0.5, 1.0) for d in (0, 1) for c in CONDITIONS]
    text = summary(pd.DataFrame(rows, columns=COLUMNS))
    assert text.count("balanced_accuracy 0.600 +- 0.141") == 3


def test_the_config_file_is_read():
    path = Path(__file__).resolve().parents[2] / "experiments" / "configs" / "fine_tuning.toml"
    config = read_config(path, FineTuningConfig)
    assert (config.images, config.draws, config.start_from) == (80, 5, "pretrained")


def test_the_pretrained_cnn_brings_its_face_stage():
    pytest.importorskip("torch")
    aligner, cnn = find_model("pretrained")
    assert repr(aligner) == repr(make_model("cnn-pretrained")[0])
    assert cnn.weights_["output.weight"].shape == (1, 128)


@pytest.mark.slow
def test_a_run_writes_a_row_a_draw_and_condition(demo_data, tmp_path):
    pytest.importorskip("torch")
    images, labels = make_demo_faces(24, random_state=5)
    model = make_model("cnn-small", random_state=0)
    model.set_params(classifier__input_size=8, classifier__epochs=1, classifier__n_threads=1)
    save_model(model.fit(list(images), labels), tmp_path / "cnn.joblib")
    flags = ["--data", demo_data, "--images", 16, "--draws", 2, "--jobs", 1, "--out", tmp_path]
    flags += ["--start-from", tmp_path / "cnn.joblib"]
    done = CliRunner().invoke(main, [str(flag) for flag in flags])
    assert done.exit_code == 0, done.output
    frame = pd.read_csv(tmp_path / "fine_tuning.csv")
    assert list(frame.columns) == COLUMNS
    assert frame["condition"].tolist() == [*CONDITIONS] * 2
    assert set(frame["n_train"]) == {16}
    assert frame["roc_auc"].between(0, 1).all()
    assert "fine-tuned" in done.stdout


def test_mistakes_are_one_sentence(demo_data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for flags, says in (
        (["--start-from", "cnn.joblib"], "no model file cnn.joblib"),
        (["--start-from", "none.pth"], "no file none.pth"),
        (["--start-from", ""], "start_from is missing"),
        (["--start-from", "missing.joblib"], "no model file"),
    ):
        done = CliRunner().invoke(main, ["--data", str(demo_data), *flags])
        assert done.exit_code == 2
        assert says in done.stderr
