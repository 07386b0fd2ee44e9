"""What makes numbers mislead, in sentences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from happysad.pipeline.audit.serious import serious_findings


def data(folder: Path, sad_height: int = 40) -> pd.DataFrame:
    """Forty pictures of noise, half of them in train, each of another person."""
    random, rows = np.random.default_rng(0), []
    for i in range(40):
        label = ("happy", "sad")[i % 2]
        path = folder / f"{i}.png"
        height = sad_height if label == "sad" else 40
        Image.fromarray(random.integers(0, 255, (height, 40), dtype=np.uint8)).save(path)
        split = ("train", "val", "test", "train")[i % 4]
        row = {"path": str(path), "label": label, "split": split, "group": str(i)}
        rows.append({**row, "near_duplicate_of": ""})
    return pd.DataFrame(rows)


def test_nothing_is_said_of_sound_data(tmp_path):
    assert serious_findings(data(tmp_path)) == []


def test_what_a_file_tells_without_a_face(tmp_path):
    said = serious_findings(data(tmp_path, sad_height=50))
    assert said[0].startswith(
        "a file's height alone tells the label: balanced accuracy 1.000 (1.000 to 1.000), "
        "where 0.5 is chance (median: happy 40, sad 50)"
    )
    assert len(said) <= 4


def test_leaks_and_persons_in_several_parts(tmp_path):
    frame = data(tmp_path)
    leaked = frame.index[frame["split"] == "test"][:2]
    same, other = (frame.query("split == 'train' and label == @label")["path"].iloc[0]
                   for label in (frame.loc[leaked[0], "label"], "sad"))  # fmt: skip
    frame.loc[leaked, "near_duplicate_of"] = [same, other]
    frame.loc[frame.index[:4], "group"] = "Ann"
    frame.loc[leaked, "group"] = ["a", "b"]
    said = serious_findings(frame)
    assert said[0].startswith(
        "2 of 10 images of the test part have a near-duplicate in train, 1 of them under another"
    )
    assert said[1].startswith("1 groups (persons or pictures) are in several parts")
    assert serious_findings(frame, parts=False) == said[2:]


def test_too_few_groups_to_measure_is_no_finding(tmp_path):
    assert serious_findings(data(tmp_path, 50).assign(group="one", split="train")) == []
