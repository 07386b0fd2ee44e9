"""Progress, notes, and one sentence for a mistake."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from happysad.utils.console import any_text, exit_on_user_error, progress, say, silent
from happysad.utils.errors import UserError
from happysad.utils.progress import report


def test_notes_go_to_standard_error(capsys):
    say("a line")
    silent("another")
    shown = capsys.readouterr()
    assert shown.err == "a line\n"
    assert shown.out == ""


def test_what_an_encoding_lacks_is_escaped(monkeypatch):
    for encoding, text in (("ascii", "\\xe4\\u6f22"), ("cp1252", "ä\\u6f22"), ("utf-8", "ä漢")):
        stream = io.TextIOWrapper(file := io.BytesIO(), encoding=encoding)
        monkeypatch.setattr(sys, "stdout", stream)
        any_text()
        print("ä漢", end="", flush=True)
        assert file.getvalue().decode(encoding) == text
    stream = io.TextIOWrapper(file := io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    any_text()
    print("\udcff", end="", flush=True)  # of a file's name
    assert file.getvalue() == b"\\udcff"
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    any_text()


def test_a_users_mistake_is_one_sentence_and_exit_code_2(capsys):
    @exit_on_user_error
    def command(name: str) -> None:
        raise UserError(f"there is no {name}")

    with pytest.raises(SystemExit) as ended:
        command("model")
    assert ended.value.code == 2
    assert capsys.readouterr().err == "happysad: there is no model\n"


def test_stopped_by_hand_says_how_to_go_on_where_one_can(capsys):
    for module, resumes in (("happysad.experiments.mine", True), ("happysad.mine", False)):

        def command() -> None:
            raise KeyboardInterrupt

        command.__module__ = module
        with pytest.raises(SystemExit) as ended:
            exit_on_user_error(command)()
        assert ended.value.code == 130
        message = capsys.readouterr().err
        assert message.startswith("happysad: stopped")
        assert ("goes on from here" in message) == resumes


def test_what_the_system_refuses_is_one_sentence(capsys, tmp_path):
    @exit_on_user_error
    def command() -> None:
        (tmp_path / "none" / "file").read_text()

    with pytest.raises(SystemExit) as ended:
        command()
    assert ended.value.code == 2
    place = tmp_path / "none" / "file"
    assert capsys.readouterr().err == f"happysad: cannot use {place}: no such file or directory\n"


PRINTS = """
from happysad.utils.console import exit_on_user_error
@exit_on_user_error
def command():
    for number in range(20_000):
        print("a line of the table", number)
command()
"""


@pytest.mark.process
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_output_that_nobody_takes_ends_it_without_a_traceback(tmp_path):
    (tmp_path / "prints.py").write_text(PRINTS)
    command = f"{sys.executable} {tmp_path / 'prints.py'}"
    full = subprocess.run(f"{command} > /dev/full", shell=True, capture_output=True, text=True)
    assert full.returncode == 2
    assert full.stderr == "happysad: cannot use its output: no space left on device\n"
    bash = ["bash", "-c", f"set -o pipefail; {command} | head -1"]
    cut = subprocess.run(bash, capture_output=True, text=True)
    assert (cut.returncode, cut.stderr) == (141, "")
    assert cut.stdout == "a line of the table 0\n"


def test_a_fault_of_the_program_keeps_its_traceback():
    @exit_on_user_error
    def command() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        command()
    assert command.__name__ == "command"


def test_a_pipe_gets_a_line_for_each_tenth_of_long_work(capsys):
    with progress():
        for done in range(0, 5001, 100):
            report("finding faces", done, 5000)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "finding faces: 500 of 5000"
    assert lines[-1] == "finding faces: 5000 of 5000"
    assert len(lines) == 10


def test_a_pipe_gets_nothing_of_short_work(capsys):
    with progress():
        report("finding faces", 40, 40)
        report("finding faces", 0, 0)
    assert capsys.readouterr().err == ""


def test_quiet_is_quiet_and_nothing_is_shown_after_the_block(capsys):
    with progress(quiet=True):
        report("finding faces", 5000, 5000)
    with progress():
        pass
    report("finding faces", 5000, 5000)
    shown = capsys.readouterr()
    assert shown.err == shown.out == ""


def test_a_terminal_gets_bars(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with progress():
        for done in (0, 20, 400):
            report("finding faces", done, 400)
        report("finding faces", 100, 100)  # a second pass begins a bar of its own
        report("finding faces", 4, 4)  # done in no time
    shown = capsys.readouterr()
    assert "finding faces" in shown.err
    assert "400/400" in shown.err
    assert "100/100" in shown.err
    assert " 4/4" not in shown.err
    assert shown.out == ""


def test_sigterm_is_taken_as_ctrl_c(capsys):
    before = signal.getsignal(signal.SIGTERM)

    @exit_on_user_error
    def work() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(10)

    with pytest.raises(SystemExit) as ended:
        work()
    assert ended.value.code == 130
    assert "stopped" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGTERM) == before


def test_names_cannot_command_the_terminal(capsys):
    say("there is no \x1b[31mred.png\r")
    assert capsys.readouterr().err == "there is no ?[31mred.png?\n"
