from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from happysad.pipeline.audit.shortcuts import file_facts, find_shortcuts
from happysad.utils.image_decoding import ImageError

LABELS = np.array(["happy", "sad"] * 150)
GROUPS = [f"g{n}" for n in range(300)]


def facts(**columns: object) -> pd.DataFrame:
    noise = {"brightness": np.random.default_rng(0).normal(size=300), "width": np.full(300, 48)}
    return pd.DataFrame({**noise, **columns})


def test_a_fact_that_gives_the_label_away() -> None:
    kind = np.where(LABELS == "sad", "JPEG", "PNG")
    kind[::10] = "JPEG"
    found = find_shortcuts(facts(format=kind), LABELS, GROUPS)
    assert found is not None
    best = next(iter(found.by_fact))
    assert best == "format"
    # One in five of the happy images is JPEG too.
    assert found.by_fact["format"].value == pytest.approx(0.9, abs=0.001)
    assert found.all_facts.value > 0.85
    assert found.typical["format"] == "happy 80% PNG, sad 100% JPEG"
    assert found.typical["width"] == "median: happy 48, sad 48"
    assert found.by_fact["width"].value == 0.5
    assert 0.85 < found.by_fact["format"].low < 0.9 < found.by_fact["format"].high < 0.95


def test_nothing_to_tell() -> None:
    table = facts(sharpness=np.random.default_rng(1).normal(size=300))
    found = find_shortcuts(table, LABELS, GROUPS)
    assert found is not None
    assert found == find_shortcuts(table, LABELS, GROUPS)
    assert 0.4 < found.all_facts.low < 0.5 < found.all_facts.high + 0.05


def test_a_fact_in_the_middle_of_the_others_is_found() -> None:
    """A cut in one place would not do."""
    size = np.where(LABELS == "sad", 100, np.random.default_rng(2).choice([50, 200], 300))
    found = find_shortcuts(facts(height=size), LABELS, GROUPS)
    assert found is not None
    assert found.by_fact["height"].value == 1


@pytest.mark.slow
def test_what_is_known_of_a_group_is_no_shortcut() -> None:
    """A width of its own for each person tells nothing of a person not seen before."""
    people = np.repeat(np.arange(12), 25)
    labels = np.where(people % 2, "happy", "sad")
    names = [f"p{n}" for n in people]
    found = find_shortcuts(facts(width=people), labels, names)
    alone = find_shortcuts(facts(width=people), labels, GROUPS)
    assert found is not None
    assert alone is not None
    assert found.all_facts.value < 0.6 < 0.9 < alone.all_facts.value
    wide, narrow = (s.all_facts.high - s.all_facts.low for s in (found, alone))
    assert wide > narrow


def test_the_rare_class_counts_as_much() -> None:
    labels = np.array(["happy"] * 285 + ["sad"] * 15)
    found = find_shortcuts(facts(), labels, GROUPS)
    assert found is not None
    assert found.by_fact["width"].value == 0.5
    assert find_shortcuts(facts(), np.array(["happy"] * 299 + ["sad"]), GROUPS) is None
    assert find_shortcuts(facts(), np.array(["happy"] * 300), GROUPS) is None


def test_facts_by_hand(tmp_path: Path) -> None:
    half = np.zeros((20, 40), np.uint8)
    half[:, 20:] = 100
    Image.fromarray(half).save(tmp_path / "grey.png")
    Image.fromarray(half).convert("RGB").save(tmp_path / "grey.jpg", quality=95)
    colour = np.zeros((10, 10, 3), np.uint8)
    colour[..., 0] = 200
    Image.fromarray(colour).save(tmp_path / "red.bmp")
    facts = file_facts([tmp_path / name for name in ("grey.png", "grey.jpg", "red.bmp")])
    assert facts.columns.tolist() == [
        "width", "height", "colour", "format", "bytes per pixel", "sharpness", "brightness",
        "contrast",
    ]  # fmt: skip
    assert facts["width"].tolist() == [40, 40, 10]
    assert facts["height"].tolist() == [20, 20, 10]
    assert facts["colour"].tolist() == ["grey", "grey", "colour"]
    assert facts["format"].tolist() == ["PNG", "JPEG", "BMP"]
    assert facts.loc[0, "brightness"] == facts.loc[0, "contrast"] == 50
    assert facts.loc[0, "sharpness"] > facts.loc[2, "sharpness"] == 0
    size = (tmp_path / "red.bmp").stat().st_size
    assert facts.loc[2, "bytes per pixel"] == size / 100


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "x.png").touch()
    with pytest.raises(ImageError, match="empty"):
        file_facts([tmp_path / "x.png"])
