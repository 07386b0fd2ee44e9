"""A watch that tells by stages where CPU time goes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from happysad.experiments.benchmarks import stage_timer as watch
from happysad.experiments.benchmarks.stage_timer import StageTimer, put


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass when a test says so."""
    now = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(watch.time, "process_time", lambda: now.seconds)
    return now


def test_time_belongs_to_the_innermost_stage(clock):
    held = StageTimer("rest")

    def inner(x, *, by):
        clock.seconds += 5
        return x * by

    inner = held.held_to("inner", inner)

    def outer(x):
        clock.seconds += 1
        y = inner(x, by=10)
        clock.seconds += 2
        return y

    clock.seconds += 20
    assert held.held_to("outer", outer)(4) == 40
    assert inner(1, by=2) == 2
    clock.seconds += 7
    held.book()
    assert dict(held.spent) == {"rest": 27, "outer": 3, "inner": 10}


def test_a_stage_that_fails_is_over_all_the_same(clock):
    held = StageTimer("rest")

    def fail():
        clock.seconds += 3
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        held.held_to("bad", fail)()
    clock.seconds += 4
    held.book()
    assert dict(held.spent) == {"rest": 4, "bad": 3}


def test_a_name_is_put_back_as_it_was():
    class Kind:
        value = 1

    one = Kind()
    with put(one, "value", 2):
        assert one.value == 2
    assert vars(one) == {}
    one.value = 3
    with pytest.raises(ZeroDivisionError), put(one, "value", 4):
        raise ZeroDivisionError
    assert one.value == 3
