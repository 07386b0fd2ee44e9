"""Other programs' scores."""

from __future__ import annotations

from happysad.experiments.reporting.peers import PEERS, SOURCE


def test_each_program_has_each_set_once():
    keys = [(peer.program, peer.tested_on, peer.images) for peer in PEERS]
    assert len(set(keys)) == len(keys)
    assert len({peer.program for peer in PEERS}) * 5 == len(PEERS)


def test_where_the_numbers_come_from_is_said():
    assert "November 2026" in SOURCE
    assert "Not the same images" in SOURCE
    assert all(0.5 < p.balanced_accuracy < p.roc_auc < 1 for p in PEERS)
