"""The browser, for other scripts."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from happysad.experiments.end_to_end import browser as page_browser
from happysad.experiments.end_to_end.browser import MODULES, browser, missing, wait_for
from happysad.utils.errors import UserError


def test_the_libraries_are_those_that_the_service_asks_for():
    from happysad.commands.serve import NEEDED

    assert {"selenium", *NEEDED} == set(MODULES)


class Still:
    """A browser whose page never gets there."""

    def __init__(self, *messages):
        self.messages = [SimpleNamespace(text=text) for text in messages]

    def execute_script(self, script):
        assert script == "return window.there"
        return False

    def find_elements(self, by, name):
        return self.messages if (by, name) == ("id", "message") else []


@pytest.mark.parametrize(
    ("messages", "told"), [((), ""), (("",), ""), (("No camera\nAgain",), r" \(No camera Again\)")]
)
def test_waiting_in_vain_is_one_sentence_with_the_pages_own(messages, told):
    pytest.importorskip("selenium")
    with pytest.raises(UserError, match=f"^the page shows no box in 0 seconds{told}$"):
        wait_for(Still(*messages), "box", "window.there", seconds=0)


def test_without_a_browser_it_says_what_is_not_there(monkeypatch):
    monkeypatch.setattr(page_browser, "CHROMIUM", ("no-such-browser",))
    monkeypatch.setattr(page_browser, "DRIVER", ("no-such-driver",))
    assert missing().startswith("Chromium, chromedriver")
    with pytest.raises(UserError, match="not found: Chromium, chromedriver"), browser():
        pass
