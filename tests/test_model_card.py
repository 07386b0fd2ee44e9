"""MODEL_CARD.md is what the generator makes of the numbers beside it, of the models beside it."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from happysad.experiments.reporting.model_card.document import card_text
from happysad.pipeline.model_files.model_file import read_card
from happysad.pipeline.model_files.shipped import SHIPPED, model_path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "docs" / "results" / "shipped"
CARD = (ROOT / "MODEL_CARD.md").read_text(encoding="utf-8")
FACTS = json.loads((RESULTS / "card.json").read_text(encoding="utf-8"))


def test_it_is_what_the_numbers_make_it():
    assert card_text(RESULTS) == CARD


@pytest.mark.parametrize("name", SHIPPED)
def test_it_is_of_the_models_that_are_shipped(name):
    content = model_path(name).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    assert FACTS["models"][name]["sha256"] == read_card(name)["sha256"] == digest
    assert FACTS["models"][name]["bytes"] == len(content)
    assert digest in CARD


def test_its_pictures_are_there():
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", CARD)
    assert len(pictures) == len(SHIPPED) + 1  # and that of faces that are neither
    assert all((ROOT / picture).stat().st_size < 400_000 for picture in pictures)


def test_it_is_no_trial():
    assert FACTS["config"]["limit"] == 0, (
        "run python experiments/shipping/ship.py --publish in full"
    )
