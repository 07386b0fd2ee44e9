"""Settings from TOML and flags; what is wrong with them, in one sentence."""

from __future__ import annotations

from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

from happysad.experiments.runner.config import CompareConfig, read_config
from happysad.utils.errors import UserError


def written(tmp_path, text: str, encoding: str = "utf-8"):
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding=encoding)
    return path


def test_reads_every_key(tmp_path):
    path = written(
        tmp_path,
        'why = "Wofür?"\ndata = "faces"\nmodels = ["dummy"]\nout = "here"\njobs = 2\nseed = 3\n'
        'balance = ["oversample"]\nfolds = 5\nseeds = 2\nneutral = "there"\nmax_error = 0.1\n',
    )
    expected = CompareConfig(
        "Wofür?", "faces", ["dummy"], "here", 2, 3, ["oversample"], 5, 2, "there", 0.1
    )
    assert read_config(path, CompareConfig) == expected
    assert len(fields(expected)) == 11


KINDS = {
    "ablation": "ablation.AblationConfig",
    "compare": "runner.config.CompareConfig",
    "cross_dataset": "cross_dataset.CrossDatasetConfig",
    "demo": "runner.config.CompareConfig",
    "fine_tuning": "fine_tuning.FineTuningConfig",
    "learning_curve": "learning_curve.LearningCurveConfig",
    "muxspace": "runner.config.CompareConfig",
    "robustness": "robustness.RobustnessConfig",
    "ship": "shipping.data.ShipConfig",
    "tune": "tune.TuneConfig",
}


def test_every_shipped_config_is_one_of_an_experiment():
    files = sorted((Path(__file__).resolve().parents[3] / "experiments").rglob("*.toml"))
    files = [file for file in files if file.stem in KINDS]
    assert len(files) == len(KINDS) + 4  # and those of FER2013
    for file in files:
        module, _, name = KINDS[file.stem].rpartition(".")
        kind = getattr(import_module(f"happysad.experiments.{module}"), name)
        assert read_config(file, kind).why.strip(), file


def test_an_empty_file_is_the_defaults(tmp_path):
    assert read_config(written(tmp_path, ""), CompareConfig) == CompareConfig()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('modles = ["dummy"]', "unknown key 'modles': did you mean models?"),
        ("xyz = 1", "unknown key 'xyz': it knows why, data, models, out, jobs, seed"),
        ("[table]\nseed = 1", "unknown key 'table'"),
        ('models = "dummy"', "models = 'dummy' is not a list of names"),
        ("models = [1]", "models = [1] is not a list of names"),
        ("data = 3", "data = 3 is not a text"),
        ('seed = "0"', "seed = '0' is not a whole number"),
        ("seed = 1.5", "seed = 1.5 is not a whole number"),
        ("jobs = true", "jobs = True is not a whole number"),
        ('balance = ["class-wieght"]', "holds none of none, class-weight, oversample"),
        ("balance = []", "holds none of"),
        ("folds = 1", "folds is 0 or 2 or more"),
        ("folds = -1", "folds is 0 or 2 or more"),
        ("folds = 2.5", "folds = 2.5 is not a whole number"),
        ("seeds = 0", "seeds is 1 or more"),
        ("max_error = 0.5", "max_error = 0.5 is not between 0 and 0.5"),
        ('max_error = "small"', "max_error = 'small' is not a number"),
        ("jobs = 0", "jobs is a number from 1, or -1 for one a core, not 0"),
        ("jobs = -2", "not -2"),
        ("seed = -1", "0 or more"),
        ("data = ", "is not TOML"),
        ('data = "a"\ndata = "b"', "is not TOML"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_the_file(tmp_path, text, words):
    path = written(tmp_path, text)
    with pytest.raises(UserError) as told:
        read_config(path, CompareConfig)
    assert words in str(told.value)
    assert str(path) in str(told.value)
    assert "\n" not in str(told.value)


def test_other_encodings_and_missing_files(tmp_path):
    with pytest.raises(UserError, match="is not TOML"):
        read_config(written(tmp_path, 'data = "Gefühle"', "latin-1"), CompareConfig)
    with pytest.raises(UserError, match=r"cannot read the config .*nothing\.toml: No such file"):
        read_config(tmp_path / "nothing.toml", CompareConfig)
    with pytest.raises(UserError, match="cannot read the config"):
        read_config(tmp_path, CompareConfig)
