"""The service and the browser, started and ended for other scripts."""

from __future__ import annotations

import importlib.util
import json
import urllib.request

import pytest

from happysad.experiments import page_browser
from happysad.experiments.page_browser import MODULES, browser, missing, running_service
from happysad.features.errors import UserError


def needs_web():
    if absent := [name for name in MODULES if importlib.util.find_spec(name) is None]:
        pytest.skip(f"libraries are not here: {', '.join(absent)}")


def test_the_libraries_are_those_that_the_service_asks_for():
    from happysad.app.serve import NEEDED

    assert {"selenium", *NEEDED} == set(MODULES)


def test_the_service_runs_while_the_block_lasts(model_file):
    needs_web()
    with (
        running_service("--model", str(model_file), "--jobs", "1") as address,
        urllib.request.urlopen(f"{address}/healthz") as answer,
    ):
        assert json.load(answer) == {"status": "ok"}
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"{address}/healthz")


def test_a_service_that_does_not_start_says_why():
    needs_web()
    told = r"does not start: happysad: .*nothing\.joblib"
    with pytest.raises(UserError, match=told), running_service("--model", "nothing.joblib"):
        pass


def test_without_a_browser_it_says_what_is_not_there(monkeypatch):
    monkeypatch.setattr(page_browser, "CHROMIUM", ("no-such-browser",))
    monkeypatch.setattr(page_browser, "DRIVER", ("no-such-driver",))
    assert missing().startswith("Chromium, chromedriver")
    with pytest.raises(UserError, match="not found: Chromium, chromedriver"), browser():
        pass
