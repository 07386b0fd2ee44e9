"""A run's folder: what is whole is kept, what is damaged is not trusted."""

from __future__ import annotations

import json
import os
import sys

import numpy as np
import pandas as pd
import pytest

from happysad.experiments.runner import run_folder
from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask
from happysad.experiments.runner.run_folder import (
    PREDICTION_COLUMNS,
    RESULT_COLUMNS,
    RunFolder,
    code_revision,
    command_line,
    read_rows,
)
from happysad.utils.errors import UserError

SETS = {"val": 2, "test": 3}
IDENTITY = {"dataset": "faces", "data": "abc", "seed": 0}


def task(model: str, dataset: str = "faces", **axes) -> FitTask:
    parts = {EvaluationSet(dataset, split): np.arange(n) for split, n in SETS.items()}
    return FitTask(model, None, np.arange(4), parts, **axes)


def rows(model: str, settings: str = "digest", dataset: str = "faces") -> list[dict]:
    axes = {"dataset": dataset, "condition": "", "model": model, "fold": 0, "seed": 0}
    axes |= {"status": "ok", "reason": "", "settings": settings, "accuracy": 1 / 3}
    return [{**axes, "split": split, "n_test": n, "tp": n} for split, n in SETS.items()]


def frames(model: str, dataset: str = "faces") -> list[pd.DataFrame]:
    made = []
    for row in rows(model, dataset=dataset):
        frame = pd.DataFrame({"image": [f"/a/{i}.png" for i in range(row["n_test"])]})
        axes = {k: row[k] for k in ("dataset", "split", "condition", "model", "fold", "seed")}
        frame = frame.assign(**axes, label="sad", group="g", leaked="", face="detected")
        frame = frame.assign(predicted="sad", p_happy=0.123456)
        made.append(frame[PREDICTION_COLUMNS])
    return made


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "run"


def opened(folder, **identity) -> RunFolder:
    run = RunFolder(folder, {**IDENTITY, **identity})
    run.describe({"state": "running"})
    return run


def test_a_new_folder_holds_nothing(folder):
    run = opened(folder)
    assert list(run.results.columns) == RESULT_COLUMNS
    assert list(run.predictions.columns) == PREDICTION_COLUMNS
    assert not run.finished(task("dummy"), "digest")


def test_what_was_added_is_there_again(folder):
    opened(folder).add(task("dummy"), rows("dummy"), frames("dummy"), [])
    run = opened(folder)
    assert run.finished(task("dummy"), "digest")
    assert not run.finished(task("dummy"), "other settings")
    assert not run.finished(task("hog-svm"), "digest")
    assert list(run.results["accuracy"]) == [1 / 3, 1 / 3]


def test_files_do_not_depend_on_who_ended_first_nor_on_reading_them_back(folder, tmp_path):
    one, two = opened(folder), opened(tmp_path / "other")
    one.add(task("a"), rows("a"), frames("a"), [])
    one.add(task("b"), rows("b"), frames("b"), [])
    two.add(task("b"), rows("b"), frames("b"), [])
    two = opened(tmp_path / "other")
    two.add(task("a"), rows("a"), frames("a"), [])
    for name in ("results.csv", "predictions.csv"):
        assert (folder / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_a_models_rows_take_the_part_of_those_it_had(folder):
    run = opened(folder)
    run.add(task("dummy"), rows("dummy", "old"), frames("dummy"), [])
    run.add(task("dummy"), rows("dummy", "new"), frames("dummy"), [])
    assert list(run.results["settings"]) == ["new", "new"]
    assert len(run.predictions) == 5


def test_the_axes_keep_fits_apart(folder):
    run = opened(folder)
    run.add(task("dummy"), rows("dummy"), frames("dummy"), [])
    for other in (task("dummy", fold=1), task("dummy", seed=1), task("dummy", condition="n=5")):
        assert not run.finished(other, "digest")
        run.add(other, [], [], [])
    assert run.finished(task("dummy"), "digest")
    assert len(run.predictions) == 5


def test_a_part_that_is_new_is_not_finished(folder):
    run = opened(folder)
    run.add(task("dummy"), rows("dummy"), frames("dummy"), [])
    parts = {**task("dummy").evaluation_sets, EvaluationSet("faces", "neutral"): np.arange(2)}
    more = FitTask("dummy", None, np.arange(4), parts)
    assert not run.finished(more, "digest")
    answers = frames("dummy")[0].assign(split="neutral", label="neutral")
    run.add(more, rows("dummy"), [*frames("dummy"), answers], [])
    assert opened(folder).finished(more, "digest")


def test_a_part_may_have_a_condition_of_its_own(folder):
    run = opened(folder)
    parts = {EvaluationSet("faces", "test", c): np.arange(3) for c in ("blur 1", "blur 2")}
    blurred = FitTask("dummy", None, np.arange(4), parts)
    made = [{**rows("dummy")[1], "condition": part.condition} for part in parts]
    answers = [frames("dummy")[1].assign(condition=part.condition) for part in parts]
    run.add(blurred, made, answers, [])
    assert opened(folder).finished(blurred, "digest")
    run.add(blurred, made[:1], answers, [])
    assert len(run.results) == 1
    assert not opened(folder).finished(blurred, "digest")


def test_training_curves_are_kept_beside(folder):
    run = opened(folder)
    run.add(task("dummy"), rows("dummy"), frames("dummy"), [])
    assert not (folder / "training.csv").exists()
    cnn = task("cnn-small")
    epoch = {**cnn.axes, "epoch": 1, "train_loss": 0.5, "val_loss": 0.25, "val_accuracy": 0.75}
    run.add(cnn, rows("cnn-small"), frames("cnn-small"), [epoch])
    assert opened(folder).training.to_dict("records") == [epoch]


def test_a_failed_model_is_not_finished_and_leaves_whole_numbers_whole(folder):
    run = opened(folder)
    run.add(task("dummy"), rows("dummy"), frames("dummy"), [])
    failure = {"dataset": "faces", "split": "test", "condition": "", "model": "x", "fold": 0}
    failure |= {"seed": 0, "status": "error", "reason": 'it, "said" no', "settings": "digest"}
    run.add(task("x"), [failure], [], [])
    assert not run.finished(task("x"), "digest")
    text = (folder / "results.csv").read_text("utf-8")
    assert ",2.0," not in text
    again = opened(folder)
    assert again.finished(task("dummy"), "digest")
    assert again.results["reason"].tolist()[-1] == 'it, "said" no'
    again.add(task("x"), rows("x"), frames("x"), [])
    assert opened(folder).finished(task("x"), "digest")


@pytest.mark.parametrize("digest", ["123456789012", "1e5", "000000000001", "nan", "NA"])
def test_a_digest_that_looks_like_a_number_stays_text(folder, digest):
    opened(folder).add(task("dummy"), rows("dummy", digest), frames("dummy"), [])
    assert opened(folder).finished(task("dummy"), digest)


@pytest.mark.parametrize("name", ["007", "NA", "null", "1e5", "Gesichter, alle"])
def test_any_name_of_a_data_set(folder, name):
    made = rows("dummy", dataset=name), frames("dummy", name)
    opened(folder, dataset=name).add(task("dummy", name), *made, [])
    run = opened(folder, dataset=name)
    assert list(run.results["dataset"]) == [name, name]
    assert run.finished(task("dummy", name), "digest")


@pytest.mark.parametrize("name", ["results.csv", "predictions.csv"])
def test_a_file_cut_anywhere_is_never_trusted_for_the_model_it_was_cut_in(folder, name):
    run = opened(folder)
    run.add(task("dummy"), rows("dummy"), frames("dummy"), [])
    run.add(task("hog-svm"), rows("hog-svm"), frames("hog-svm"), [])
    whole = (folder / name).read_bytes()
    for end in [*range(0, len(whole) - 1, 41), len(whole) - 1, len(whole) - 2]:
        (folder / name).write_bytes(whole[:end])
        assert not opened(folder).finished(task("hog-svm"), "digest"), end
    (folder / name).write_bytes(whole)
    assert opened(folder).finished(task("hog-svm"), "digest")


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\x00\n", b"a,b\n1,2\n", b'"\n'])
@pytest.mark.parametrize("name", ["results.csv", "predictions.csv"])
def test_rubbish_counts_as_nothing(folder, name, content):
    opened(folder).add(task("dummy"), rows("dummy"), frames("dummy"), [])
    (folder / name).write_bytes(content)
    run = opened(folder)
    assert not run.finished(task("dummy"), "digest")
    run.add(task("dummy"), rows("dummy"), frames("dummy"), [])
    assert opened(folder).finished(task("dummy"), "digest")


def test_floats_are_read_as_they_were_written(folder):
    rng = np.random.default_rng(1)
    many = [{**rows(f"m{i}")[0], "accuracy": x} for i, x in enumerate(rng.random(8))]
    for row in many:
        opened(folder).add(task(row["model"]), [row], [], [])
    assert set(read_rows(folder / "results.csv")["accuracy"]) == {r["accuracy"] for r in many}


def test_another_run_is_refused_in_one_sentence(folder):
    opened(folder)
    with pytest.raises(UserError, match="holds a run with other data and seed: remove it") as told:
        RunFolder(folder, {**IDENTITY, "data": "xyz", "seed": 1})
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"identity": 3}', '{"identity": []}'])
def test_a_damaged_run_json_is_refused(folder, content):
    opened(folder)
    (folder / "run.json").write_text(content)
    with pytest.raises(UserError, match="remove"):
        RunFolder(folder, IDENTITY)


def test_results_of_an_unknown_run_are_refused(folder):
    opened(folder).add(task("dummy"), rows("dummy"), frames("dummy"), [])
    (folder / "run.json").unlink()
    with pytest.raises(UserError, match=r"without a run\.json"):
        RunFolder(folder, IDENTITY)


def test_a_file_in_the_way_is_named(tmp_path):
    file = tmp_path / "file.txt"
    file.write_text("mine")
    with pytest.raises(UserError, match="is a file"):
        RunFolder(file, IDENTITY)
    with pytest.raises(UserError, match="cannot write to --out"):
        RunFolder(file / "below", IDENTITY).describe({})
    assert file.read_text() == "mine"


def test_run_json_tells_what_was_run_and_where(folder):
    opened(folder).describe({"state": "finished", "score": float("nan"), "folder": folder})
    told = json.loads((folder / "run.json").read_text("utf-8"))
    assert told["identity"] == IDENTITY
    assert told["state"] == "finished"
    assert told["score"] is None
    assert told["folder"] == str(folder)
    assert {"python", "numpy", "scikit-learn", "dlib", "opencv"} <= set(told["versions"])
    assert told["machine"]["cores"] == os.cpu_count()
    assert told["machine"]["system"]
    assert "code" in told


def test_the_revision_of_the_code(monkeypatch):
    found = code_revision()
    assert found == {} or (len(found["revision"]) == 40 and isinstance(found["dirty"], bool))
    monkeypatch.setenv("PATH", "")  # no git is no crash
    assert code_revision() == {}


def test_the_command_is_recorded_where_it_is_ours(monkeypatch):
    script = run_folder.__file__
    for argv, expected in (
        (["/bin/happysad", "compare", "--data", "my faces"], "happysad compare --data 'my faces'"),
        ([script, "--seed", "3"], "python experiments/runner/run_folder.py --seed 3"),
        (["/usr/bin/pytest", "-q"], ""),
        ([""], ""),
    ):
        monkeypatch.setattr(sys, "argv", argv)
        assert command_line() == expected, argv
