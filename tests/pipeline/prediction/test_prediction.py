"""Answers as rows and as JSON."""

from __future__ import annotations

import json

import pandas as pd

from happysad.pipeline.prediction.prediction import (
    COLUMNS,
    FacePrediction,
    ImagePrediction,
    image_json,
    to_frame,
)

TWO = ImagePrediction(
    "two.jpg", "ok", "", 640, 480,
    (
        FacePrediction("happy", 0.987654, (1, 2, 30, 40), 0.93456),
        FacePrediction("unsure", 0.5, (50, 2, 90, 40), 0.25, "full_frame"),
    ),
)  # fmt: skip
NONE = ImagePrediction("none.jpg", "no_face", "", 20, 10)
TEXT = ImagePrediction("text.jpg", "unreadable", "it is no image")


def test_a_row_for_each_face_or_why_there_is_none():
    frame = to_frame([TWO, NONE, TEXT])
    assert tuple(frame.columns) == COLUMNS
    assert list(frame["image"]) == ["two.jpg", "two.jpg", "none.jpg", "text.jpg"]
    assert list(frame["face"]) == [0, 1, -1, -1]
    assert list(frame["status"]) == ["ok", "full_frame", "no_face", "unreadable"]
    assert list(frame["right"][:2]) == [30, 90]
    assert frame["right"].isna().tolist() == [False, False, True, True]
    assert frame["score"][:2].tolist() == [0.93456, 0.25]
    assert frame["score"].isna().tolist() == [False, False, True, True]
    assert frame["confidence"].isna().tolist() == [False, True, True, True]
    assert frame["reason"].tolist() == ["", "", "", "it is no image"]


def test_columns_keep_their_kinds_without_rows():
    empty, full = to_frame([]), to_frame([TWO])
    assert len(empty) == 0
    pd.testing.assert_series_equal(empty.dtypes.drop(["image", "status", "reason"]),
                                   full.dtypes.drop(["image", "status", "reason"]))  # fmt: skip


def test_json_knows_all_of_it():
    said = json.loads(json.dumps(image_json(TWO), allow_nan=False))
    assert list(said) == ["image", "status", "reason", "width", "height", "faces"]
    assert said["faces"][0] == {
        "face": 0, "status": "ok", "label": "happy", "confidence": 0.9877,
        "p_happy": 0.9877, "box": [1, 2, 30, 40], "score": 0.935,
    }  # fmt: skip
    assert said["faces"][1]["score"] == 0.25
    assert said["faces"][1]["confidence"] is None
    assert image_json(TEXT)["reason"] == "it is no image"
    assert image_json(NONE)["faces"] == []
