"""The measurement of the page's live loop."""

from __future__ import annotations

import os

import pytest

from happysad.experiments.end_to_end import page_speed
from happysad.experiments.end_to_end.browser import missing
from happysad.experiments.end_to_end.page_speed import measure, rate
from happysad.experiments.end_to_end.service_process import pinned
from happysad.utils.errors import UserError


class NoAnswers:
    """A browser whose page has a camera that gave one answer and no more."""

    def get(self, address):
        self.address = address

    def execute_script(self, script):
        if "> 0" in script:
            return True
        return {"answers": 1, "grab": 0, "answer": 0, "draw": 0, "time": 0}


def test_no_answers_are_a_sentence_and_no_division_by_zero():
    driver = NoAnswers()
    with pytest.raises(UserError, match="no answer in 0 seconds"):
        rate(driver, "http://localhost:1", seconds=0, warm=0)
    assert driver.address == "http://localhost:1/?camera=1"


def test_answers_a_second_and_what_they_cost(monkeypatch, model_file):
    if absent := missing():
        pytest.skip(f"the page cannot be tried here, not found: {absent}")
    monkeypatch.setattr(page_speed, "WARM", 0)
    with pinned([min(os.sched_getaffinity(0))]):
        frame = measure(str(model_file), seconds=1)
    assert list(frame["cores"]) == ["all on one core"]
    row = frame.iloc[0]
    assert row["answers"] >= 1
    assert 0 < row["draw_ms"] < row["answer_ms"]
    assert row["service_cpu_ms"] > 0
    assert row["browser_cpu_ms"] > 0
