"""The browser, for other scripts."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from happysad.experiments.end_to_end import browser as module
from happysad.experiments.end_to_end.browser import MODULES, browser, missing, wait_for
from happysad.utils.errors import UserError


class NeverReady:
    """A browser whose page never gets there."""

    def __init__(self, *messages):
        self.messages = [SimpleNamespace(text=text) for text in messages]

    def execute_script(self, script):
        assert script == "return window.there"
        return False

    def find_elements(self, by, name):
        return self.messages if (by, name) == ("id", "message") else []


def test_waiting_in_vain_is_one_sentence_with_the_pages_own():
    pytest.importorskip("selenium")
    cases = (((), ""), (("",), ""), (("No camera\nAgain",), r" \(No camera Again\)"))
    for messages, shown in cases:
        with pytest.raises(UserError, match=f"^the page shows no box in 0 seconds{shown}$"):
            wait_for(NeverReady(*messages), "box", "window.there", seconds=0)


def test_the_libraries_are_selenium_and_those_of_the_service():
    from happysad.commands.serve import NEEDED

    assert set(MODULES) == {"selenium", *NEEDED}


def test_without_a_browser_it_says_what_is_not_there(monkeypatch):
    monkeypatch.setattr(module, "CHROMIUM", ("no-such-browser",))
    monkeypatch.setattr(module, "DRIVER", ("no-such-driver",))
    monkeypatch.setattr(module, "MODULES", ("no_such_library",))
    assert missing().split(", ") == ["Chromium", "chromedriver", "no_such_library"]
    with pytest.raises(UserError, match="not found: Chromium, chromedriver"), browser():
        pass
