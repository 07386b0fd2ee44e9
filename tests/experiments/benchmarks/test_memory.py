"""Size, start and memory of a model: what is measured, never how much it is."""

from __future__ import annotations

import os

import pytest

from happysad.experiments.benchmarks.memory import (
    BYTES,
    FIRST,
    IMPORT,
    LOAD,
    SHELL,
    cost,
    footprint_rows,
)
from happysad.utils.errors import UserError

pytestmark = pytest.mark.skipif(not hasattr(os, "wait4"), reason="the system does not tell")


def test_a_process_that_does_more_costs_more(tmp_path):
    little = cost(["-c", "pass"], str(tmp_path))
    much = cost(["-c", "x = bytearray(10**8); sum(range(3 * 10**6))"], str(tmp_path))
    assert much.cpu_s > little.cpu_s > 0
    assert 90 < much.peak_mb - little.peak_mb < 130


def test_the_peak_is_the_processs_own_and_not_that_of_who_asks(tmp_path):
    held = bytearray(3 * 10**8)
    assert cost(["-c", "pass"], str(tmp_path)).peak_mb < 100
    assert len(held)


def test_a_process_that_fails_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="failed: KeyError: 'this'"):
        cost(["-c", "{}['this']"], str(tmp_path))


def test_the_rows_of_a_model(model_file, photo):
    rows = footprint_rows(model_file, photo, repeats=1)
    assert rows[0]["stage"] == BYTES
    assert rows[0]["value"] == model_file.stat().st_size / 1e6
    told = {(row["stage"], row["unit"]): row["value"] for row in rows[1:]}
    stages = [FIRST, IMPORT, LOAD, SHELL]
    assert set(told) == {(stage, unit) for stage in stages for unit in ("CPU s", "MB peak")}
    assert told[IMPORT, "MB peak"] < told[LOAD, "MB peak"]
    assert all(value > 0 for value in told.values())
    assert {row["kind"] for row in rows} == {"footprint"}


def test_the_first_time_finds_an_empty_cache_and_the_others_what_it_left(
    model_file, photo, monkeypatch
):
    from happysad.experiments.benchmarks import memory as footprint

    seen = []

    def noted(arguments, cache):
        seen.append((arguments[-1], len(os.listdir(cache))))
        with open(os.path.join(cache, "left"), "w"):
            return footprint.Cost(1.0, 2.0)

    monkeypatch.setattr(footprint, "cost", noted)
    footprint_rows(model_file, photo, repeats=2)
    assert seen[0] == (str(photo), 0)
    assert all(found for _, found in seen[1:])
    assert len(seen) == 1 + 3 * 2
