"""What a part of the report holds, and when it is empty."""

from __future__ import annotations

import pandas as pd

from happysad.experiments.reporting.html.section import Section


def test_what_holds_nothing_is_empty():
    for section in (
        Section("a"),
        Section("a", table=pd.DataFrame({"b": []})),
        Section("a", lines=(["header"],)),
        Section("a", parts=(Section("b"),)),
    ):
        assert section.empty, section


def test_what_holds_something_is_shown():
    for section in (
        Section("a", "text"),
        Section("a", table=pd.DataFrame({"b": [1]})),
        Section("a", lines=(["header"], ["line"])),
        Section("a", parts=(Section("b", "text"),)),
    ):
        assert not section.empty, section
