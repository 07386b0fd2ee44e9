"""Size, start and memory of a model: what is measured, never how much it is."""

from __future__ import annotations

import os

import pytest

from happysad.experiments.benchmarks import memory
from happysad.experiments.benchmarks.memory import (
    BYTES,
    FIRST,
    IMPORT,
    LOAD,
    SHELL,
    footprint_rows,
    process_cost,
)
from happysad.utils.errors import UserError

pytestmark = pytest.mark.skipif(not hasattr(os, "wait4"), reason="not accounted for here")


@pytest.mark.process
def test_a_process_costs_what_it_does_itself(tmp_path):
    held = bytearray(3 * 10**8)  # of this process
    cpu_s, peak_mb = process_cost(["-c", "pass"], str(tmp_path))
    assert peak_mb < 100
    assert len(held)
    much = process_cost(["-c", "x = bytearray(10**8); sum(range(3 * 10**6))"], str(tmp_path))
    assert much[0] > cpu_s > 0
    assert 90 < much[1] - peak_mb < 130
    with pytest.raises(UserError, match="failed: KeyError: 'this'"):
        process_cost(["-c", "{}['this']"], str(tmp_path))


@pytest.mark.process
@pytest.mark.slow
def test_the_rows_of_a_model(model_file, photo):
    rows = footprint_rows(model_file, photo, repeats=1)
    assert rows[0]["stage"] == BYTES
    assert rows[0]["value"] == model_file.stat().st_size / 1e6
    values = {(row["stage"], row["unit"]): row["value"] for row in rows[1:]}
    stages = [FIRST, IMPORT, LOAD, SHELL]
    assert set(values) == {(stage, unit) for stage in stages for unit in ("CPU s", "MB peak")}
    assert values[IMPORT, "MB peak"] < values[LOAD, "MB peak"]
    assert all(value > 0 for value in values.values())
    assert {row["kind"] for row in rows} == {"footprint"}


def test_the_first_time_finds_an_empty_cache_and_the_others_what_it_left(tmp_path, monkeypatch):
    calls = []

    def cost(arguments, cache):
        calls.append((arguments[-1], len(os.listdir(cache))))
        with open(os.path.join(cache, "left"), "w"):
            return 1.0, 2.0

    monkeypatch.setattr(memory, "process_cost", cost)
    (tmp_path / "model").write_bytes(b"model")
    footprint_rows(tmp_path / "model", tmp_path / "photo.jpg", repeats=2)
    assert calls[0] == (str(tmp_path / "photo.jpg"), 0)
    assert all(n_files for _, n_files in calls[1:])
    assert len(calls) == 1 + 3 * 2
