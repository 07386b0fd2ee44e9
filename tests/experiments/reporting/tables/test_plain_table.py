"""Tables of texts on the screen."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from happysad.experiments.reporting.tables.plain_table import (
    print_failures,
    print_lines,
    print_written,
)


def test_a_line_for_each_row_in_columns(capsys):
    print_lines([["change", "hog-svm"], ["blur", "0.9"], ["cover eyes", "0.85"]], "Below.")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["change", "hog-svm"]
    assert lines[2].startswith("cover eyes")
    assert lines[-1] == "Below."


def test_no_number_is_cut_off(capsys):
    wide = [f"{i}.123 (0.10 to 0.20)" for i in range(12)]
    print_lines([["images", *(f"model-{i}" for i in range(12))], ["50", *wide]])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert all(cell in lines[1] for cell in wide)


def test_a_failure_is_told_once(capsys):
    rows = {
        "model": ["a", "a", "b"],
        "status": ["error", "error", "ok"],
        "reason": ["no", "no", ""],
    }
    print_failures(pd.DataFrame(rows))
    assert capsys.readouterr().out == "a failed: no\n"


def test_without_any_result_the_exit_code_is_1(capsys):
    print_written(Path("runs/x"), True, "more.csv")
    out = capsys.readouterr().out
    assert out.startswith("written to runs/x/: results.csv, more.csv,")
    assert out.endswith("figures\n")
    with pytest.raises(SystemExit) as ended:
        print_written(Path("runs/x"), False)
    assert ended.value.code == 1
