"""This process as one that answers."""

from __future__ import annotations

import pytest

from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.model_files.model_file import load_model
from happysad.pipeline.prediction.predict_faces import predict_faces
from happysad.service.workers.limits import TooLargeError
from happysad.service.workers.worker import InProcessWorker, PredictOptions
from happysad.utils.errors import UserError


@pytest.fixture
def sources(model_file):
    """A model by name, as a service has it."""
    return {str(model_file): str(model_file)}


def test_answers_are_the_librarys_and_no_image_is_given_to_the_model(sources, model_file, picture):
    asked = PredictOptions(str(model_file), False, RejectBand(0.0, 1.01))
    images = [("a", b"no picture"), ("b", picture), ("c", b""), ("d", picture)]
    answers = InProcessWorker(sources).predict(asked, images)
    band = asked.band
    expected = predict_faces(load_model(model_file), [picture] * 2, band=band, names=["b", "d"])
    assert [answers[1], answers[3]] == expected
    assert answers[1].faces[0].label == "unsure"
    assert [one.image for one in answers] == ["a", "b", "c", "d"]
    assert [one.status for one in answers] == ["unreadable", "ok", "unreadable", "ok"]
    assert answers[2].reason == "it is empty"


def test_tight_crops(sources, model_file, demo_data):
    asked = PredictOptions(str(model_file), True, None)
    file = next((demo_data / "test" / "happy").iterdir())
    (answer,) = InProcessWorker(sources).predict(asked, [("a", file.read_bytes())])
    assert len(answer.faces) == 1


def test_an_image_of_too_many_pixels_is_refused(sources, model_file, picture):
    with pytest.raises(TooLargeError, match="512 x 320 pixels"):
        InProcessWorker(sources, pixels=1000).predict(
            PredictOptions(str(model_file), False, None), [("a", picture)]
        )


@pytest.mark.slow
def test_an_explanation_is_the_bytes_of_a_picture(sources, model_file, picture):
    asked = PredictOptions(str(model_file), False, None, explained=0)
    (png,) = InProcessWorker(sources).predict(asked, [("a", picture)])
    assert png.startswith(b"\x89PNG")
    with pytest.raises(UserError, match="a cannot be read: it is empty"):
        InProcessWorker(sources).predict(asked, [("a", b"")])
    with pytest.raises(TooLargeError):
        InProcessWorker(sources, pixels=1000).predict(asked, [("a", picture)])
