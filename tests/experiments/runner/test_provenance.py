"""Where a run's numbers come from."""

from __future__ import annotations

import os
import sys

import pytest

from happysad.experiments.runner import provenance
from happysad.experiments.runner.provenance import code_revision, command_line, machine


def test_the_machine():
    assert machine()["cores"] == os.cpu_count()
    assert machine()["system"]


def test_the_revision_of_the_code():
    told = code_revision()
    assert told == {} or (len(told["revision"]) == 40 and isinstance(told["dirty"], bool))


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["/somewhere/bin/happysad", "compare", "--data", "my faces"],
         "happysad compare --data 'my faces'"),
        ([provenance.__file__, "--seed", "3"], "python experiments/runner/provenance.py --seed 3"),
        (["/usr/bin/pytest", "-q"], ""),
        ([""], ""),
    ],
)  # fmt: skip
def test_the_command_is_told_where_it_is_ours(monkeypatch, argv, told):
    monkeypatch.setattr(sys, "argv", argv)
    assert command_line() == told


def test_no_git_is_no_crash(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert code_revision() == {}
