from __future__ import annotations

from happysad.pipeline.audit.finding_types import COLUMNS, KINDS


def test_every_kind_says_what_to_do() -> None:
    order = [("serious", "look", "note").index(kind.severity) for kind in KINDS.values()]
    assert {"serious", "look", "note"} == {kind.severity for kind in KINDS.values()}
    assert all(kind.title and kind.advice.endswith(".") for kind in KINDS.values())
    assert len(order) == len(KINDS) == len({kind.title for kind in KINDS.values()})
    assert COLUMNS[:3] == ["kind", "severity", "image"]
