"""Predictions of a model at hand."""

from __future__ import annotations

import numpy as np
import pytest

from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.model_files.model_file import load_model
from happysad.pipeline.prediction.predict_faces import (
    CHUNK,
    predict_faces,
    predict_named,
)
from happysad.utils.errors import UserError
from happysad.utils.progress import listen


@pytest.fixture(scope="module")
def model(model_file):
    return load_model(model_file)


def test_any_band_can_be_given(model, photo):
    (image,) = predict_faces(model, [photo], band=RejectBand(0.0, 1.01), names=["she"])
    assert (image.image, image.faces[0].label) == ("she", "unsure")
    assert 0.6 < image.faces[0].score <= 1
    assert (image.width, image.height) == (512, 320)


def test_the_lowest_score_of_a_face_can_be_given(model, photo):
    score = predict_faces(model, [photo])[0].faces[0].score
    (found, hidden) = (predict_faces(model, [photo], min_score=s)[0] for s in (score, score + 1e-4))
    assert (found.status, hidden.status) == ("ok", "no_face")
    (crop,) = predict_faces(model, [photo], crops=True, min_score=score + 1e-4)
    assert (crop.status, crop.faces[0].score) == ("full_frame", score)
    for wrong in (0.0, 0.09, 1.01, float("nan")):
        with pytest.raises(UserError, match=r"is a number from .* to 1, not"):
            predict_faces(model, [photo], min_score=wrong)


def test_the_smallest_face_can_be_given(model, photo):
    usual, near = (predict_faces(model, [photo], min_face=m)[0] for m in (None, 20))
    assert (usual.status, near.status) == ("ok", "ok")
    assert usual.faces[0].score != near.faces[0].score  # the picture was searched at another size
    for wrong in (0, -3.0, float("nan"), float("inf")):
        with pytest.raises(UserError, match=r"is a number of pixels from 1 on, not"):
            predict_faces(model, [photo], min_face=wrong)


def test_progress_is_told_to_the_end(model):
    images, _ = make_demo_faces(CHUNK + 1, random_state=2)
    events: list[tuple[str, int, int]] = []
    with listen(lambda *news: events.append(news)):
        list(predict_named(model, [(str(i), image) for i, image in enumerate(images)]))
    events = [news for news in events if news[0] == "predicting"]
    assert events == [("predicting", CHUNK, CHUNK + 1), ("predicting", CHUNK + 1, CHUNK + 1)]


def test_what_is_no_image_is_no_exception(model):
    odd = [b"", b"text", np.zeros((4, 4)), np.zeros((0, 3), np.uint8), "none.jpg"]
    answers = predict_faces(model, odd)
    assert [answer.status for answer in answers] == ["unreadable"] * 5
    assert all(answer.reason for answer in answers)
    assert answers[-1].reason == "no such file or directory"


def test_a_file_that_decoders_stumble_over_is_a_row_beside_the_others(model, photo):
    whole = photo.read_bytes()
    tiff = b"II*\0" + b"\xff" * 40
    answers = predict_faces(model, [whole, tiff, whole[:300], whole])
    assert [answer.status for answer in answers] == ["ok", "unreadable", "unreadable", "ok"]
