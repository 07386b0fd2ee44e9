"""The measurement of the page's live loop."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from happysad.experiments.end_to_end import page_speed
from happysad.experiments.end_to_end.browser import missing
from happysad.experiments.end_to_end.page_speed import rate
from happysad.experiments.end_to_end.service_process import Service
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
    pytest.importorskip("selenium")
    driver = NoAnswers()
    with pytest.raises(UserError, match="no answer in 0 seconds"):
        rate(driver, Service(0, "localhost", 1), seconds=0, warm_up=0)
    assert driver.address == "http://localhost:1/?camera=1"


@pytest.mark.browser
def test_answers_a_second_and_what_they_cost(monkeypatch, model_file):
    if absent := missing():
        pytest.skip(f"the page cannot be tried here, not found: {absent}")
    monkeypatch.setattr(rate, "__defaults__", (0,))
    result = CliRunner().invoke(page_speed.main, ["--model", str(model_file), "--seconds", "1"])
    assert result.exit_code == 0, result.output
    values = {name: float(value) for name, value in map(str.split, result.stdout.splitlines())}
    assert values["answers"] >= 1
    assert values["answer_ms"] > values["draw_ms"] >= 0
    assert min(values["service_cpu_ms"], values["browser_cpu_ms"]) > 0
