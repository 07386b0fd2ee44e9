"""The bench of the lab book: blocks read from text, judged without the test part."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from happysad.experiments.lab import judge, read_blocks
from happysad.features.errors import UserError
from happysad.features.faces import FaceAligner
from happysad.pipeline.demo_faces import make_demo_faces


def test_weights_are_scaled_to_sum_one() -> None:
    assert read_blocks("hog12=3, lbp2") == {"hog12": 0.75, "lbp2": 0.25}


@pytest.mark.parametrize("text", ["nose", "hog12=much", "hog12=0", ""])
def test_other_blocks_and_weights_are_refused(text: str) -> None:
    with pytest.raises(UserError):
        read_blocks(text)


def test_faces_are_judged_by_fits_that_have_not_seen_them() -> None:
    images, labels = make_demo_faces(90, random_state=3)
    faces = FaceAligner(predictor="5").transform(list(images))
    frame = pd.DataFrame({"label": labels, "group": "", "twin": ""})
    frame["group"] = [str(i) for i in range(90)]
    frame["split"] = ["train"] * 60 + ["val"] * 20 + ["test"] * 10
    settings = {"n_centers": 60}
    row = judge(faces, frame, {"hog12": 1.0}, settings)
    assert row["cv accuracy"] > 0.7
    assert row["val auc"] > 0.7
    assert row["no leak accuracy"] == row["val accuracy"]
    # Labels that mean nothing are not foretold, though the fit knows every one of them.
    shuffled = frame.assign(label=np.random.default_rng(0).permutation(labels))
    assert abs(judge(faces, shuffled, {"hog12": 1.0}, settings)["cv auc"] - 0.5) < 0.25


def test_the_test_part_is_not_looked_at() -> None:
    images, labels = make_demo_faces(60, random_state=4)
    faces = FaceAligner(predictor="5").transform(list(images))
    frame = pd.DataFrame({"label": labels, "twin": "", "group": [str(i) for i in range(60)]})
    frame["split"] = ["train"] * 40 + ["val"] * 10 + ["test"] * 10
    turned = frame.copy()
    test = turned["split"] == "test"
    turned.loc[test, "label"] = turned.loc[test, "label"].map({"happy": "sad", "sad": "happy"})
    rows = [judge(faces, one, {"lbp2": 1.0}, {"n_centers": 40}) for one in (frame, turned)]
    assert str(rows[0]) == str(rows[1])
