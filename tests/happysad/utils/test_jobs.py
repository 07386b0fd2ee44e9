"""``--jobs`` means the same to every command."""

from __future__ import annotations

import click
import joblib
import pytest
from click.testing import CliRunner

from happysad.cli import COMMANDS, EXPERIMENTS, experiment, main
from happysad.utils.jobs import job_count, jobs_option


@click.command()
@jobs_option("Threads", default=2)
def command(jobs: int) -> None:
    print(job_count(jobs))


def test_minus_one_is_one_a_core(monkeypatch):
    monkeypatch.setattr(joblib, "cpu_count", lambda: 77)
    for words, number in (([], 2), (["--jobs", "5"], 5), (["--jobs", "-1"], 77)):
        assert CliRunner().invoke(command, words).output == f"{number}\n"


@pytest.mark.parametrize("jobs", ["0", "-2", "many"])
def test_any_other_number_is_one_sentence(jobs):
    result = CliRunner().invoke(command, ["--jobs", jobs])
    assert result.exit_code == 2
    assert "Error: Invalid value for '--jobs'" in result.output


def test_every_command_with_jobs_says_its_default_and_what_minus_one_is():
    found = 0
    for group, names in ((main, COMMANDS), (experiment, EXPERIMENTS)):
        for name in names:
            sub = group.get_command(click.Context(group), name)
            for option in sub.params:
                if option.name == "jobs":
                    record = option.get_help_record(click.Context(sub))
                    assert "-1: one a core" in record[1], name
                    assert "default: " in record[1], name
                    found += 1
    assert found > 8
