"""Data sets as one frame: subsets by format, each with parts of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from happysad.experiments.datasets.subsets import read_subsets
from happysad.utils.console import silent
from happysad.utils.errors import UserError


@pytest.fixture(scope="module")
def mixed(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set without parts: as many grey images as small ones in colour, of both classes."""
    root = tmp_path_factory.mktemp("mixed") / "mixed"
    for label in ("happy", "sad"):
        (root / label).mkdir(parents=True)
        for i, file in enumerate(sorted(demo_data.rglob(f"{label}/*.png"))):
            with Image.open(file) as image:
                if i % 2:
                    image = image.convert("RGB").resize((60 + i, 60 + i))
                else:
                    image = image.convert("L").resize((100, 100))
                image.save(root / label / f"{i}.png")
    return root


def test_official_parts_stay_and_others_test_on_the_test_part(demo_data):
    frame, (subset,), _, _ = read_subsets([str(demo_data)], [], 0, silent)
    assert subset.name == "forty"
    assert set(frame["split"].iloc[subset.train]) == {"train"}
    assert set(frame["split"].iloc[subset.test]) == {"test"}
    assert list(subset.for_others) == list(subset.test)


def test_a_set_is_cut_by_format_and_each_piece_has_all_parts(demo_data, mixed):
    frame, subsets, _, notes = read_subsets([str(demo_data), str(mixed)], ["mixed"], 0, silent)
    assert [subset.name for subset in subsets] == [
        "forty",
        "mixed grey 100x100",
        "mixed small colour",
    ]
    assert len(frame) == 80
    for subset in subsets[1:]:
        assert len(subset.for_others) == 20
        assert set(frame["subset"].iloc[subset.for_others]) == {subset.name}
        for rows in (subset.train, subset.test):
            assert set(frame["label"].iloc[rows]) == {"happy", "sad"}
    every = np.concatenate([subset.for_others for subset in subsets])
    assert len(set(every.tolist())) == len(every)
    assert any(line.startswith("mixed: no official parts") for line in notes)


def test_the_digest_is_that_of_the_content(demo_data, mixed):
    digests = [
        read_subsets(sources, [], seed, silent)[2]
        for sources, seed in (
            ([str(demo_data)], 0), ([str(demo_data)], 0), ([str(mixed)], 0), ([str(mixed)], 1),
        )
    ]  # fmt: skip
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_sets_that_are_called_alike_and_unknown_names_are_refused(demo_data, tmp_path):
    shutil.copytree(demo_data, tmp_path / "forty")
    with pytest.raises(UserError, match="called alike"):
        read_subsets([str(demo_data), str(tmp_path / "forty")], [], 0, silent)
    with pytest.raises(UserError, match="no data set fourty"):
        read_subsets([str(demo_data)], ["fourty"], 0, silent)
