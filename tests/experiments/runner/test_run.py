"""From options to settings, and a run from its data to its report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from happysad.experiments.runner.config import CompareConfig
from happysad.experiments.runner.run import Plan, identity_of, names_of, run_command, run_plan
from happysad.utils.errors import UserError

NOTHING = {"config_file": None, "no_cache": False, "quiet": True}


@pytest.fixture
def seen():
    """An experiment that keeps what it was asked."""

    class Seen(list):
        def __call__(self, config, *, use_cache, log) -> Path:
            self.append((config, use_cache))
            return Path("here")

    return Seen()


def test_options_win_over_the_file_and_the_file_over_the_defaults(seen, tmp_path):
    (tmp_path / "a.toml").write_text('data = "faces"\nseed = 3\n')
    given = {"config_file": str(tmp_path / "a.toml"), "no_cache": True, "quiet": True}
    options = {"seed": 4, "models": "dummy, hog-svm,", "balance": "oversample", "out": None}
    assert run_command(CompareConfig, seen, **given, **options) == Path("here")
    ((config, use_cache),) = seen
    assert (config.data, config.seed, config.out) == ("faces", 4, "")
    assert (config.models, config.balance) == (["dummy", "hog-svm"], ["oversample"])
    assert use_cache is False


def test_a_shipped_config_is_taken_where_none_is_named(seen):
    run_command(CompareConfig, seen, "demo.toml", **NOTHING)
    assert seen[0][0].why
    run_command(CompareConfig, seen, **NOTHING)
    assert seen[1] == (CompareConfig(), True)


def test_without_data_it_says_that_the_faces_are_the_built_in_ones(seen, capsys):
    run_command(CompareConfig, seen, **{**NOTHING, "quiet": False})
    assert "no --data is given: this takes the built-in faces" in capsys.readouterr().err
    run_command(CompareConfig, seen, **{**NOTHING, "quiet": False}, data="faces")
    run_command(CompareConfig, seen, **NOTHING)
    assert capsys.readouterr().err == ""


def test_wrong_options_are_refused(seen):
    with pytest.raises(UserError, match="balance"):
        run_command(CompareConfig, seen, **NOTHING, balance="both")
    assert not seen


def test_names_have_commas_between():
    assert names_of(" a ,b,, c") == ["a", "b", "c"]
    assert names_of("") == []


def test_a_run_is_described_before_and_after(data, tmp_path):
    states = []

    def state(folder: Path) -> None:
        facts = json.loads((folder / "run.json").read_text("utf-8"))
        states.append((facts["state"], facts.get("found"), facts["notes"]))

    def fit(context):
        assert (context.jobs, len(context.frame)) == (3, 40)
        state(context.run.path)
        return {"found": 7}

    identity = identity_of("which?", data.name, data.hash, 2, folds=0)
    assert identity["question"] == "which?"
    assert identity["data"] == data.hash
    plan = Plan(identity, data.frame, [], "unused", ["a note"])
    config = CompareConfig(out=str(tmp_path / "run"), jobs=3)
    folder = run_plan(plan, config, state, fit=fit, use_cache=False)
    state(folder)
    noted = ["a note"]
    assert states == [("running", None, noted), ("computed", 7, noted), ("finished", 7, noted)]


def test_another_run_in_the_folder_is_refused(data, tmp_path):
    config = CompareConfig(out=str(tmp_path / "run"))
    for seed in (0, 1):
        plan = Plan(identity_of("which?", data.name, data.hash, seed), data.frame, [], "unused")
        if seed:
            with pytest.raises(UserError, match="a run with other seed"):
                run_plan(plan, config, print)
        else:
            run_plan(plan, config, print)
