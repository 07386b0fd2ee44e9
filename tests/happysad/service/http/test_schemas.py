"""What goes in and out as JSON."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from happysad.service.http.schemas import (
    Answer,
    BatchRequest,
    PredictParameters,
    first_error,
)


def test_answers_are_as_described(client, picture):
    Answer.model_validate(client.post("/v1/predict", content=picture).json())
    told = client.post("/v1/predict", content=b"no picture").json()
    assert Answer.model_validate(told).detail
    assert set(told) <= set(Answer.model_fields)


def test_nothing_asked_is_neither_an_error_nor_an_answer_to_every_face():
    asked = PredictParameters()
    assert (asked.max_error, asked.always_answer) == (None, False)


def test_the_first_mistake_is_told_with_its_place():
    with pytest.raises(ValidationError) as error:
        BatchRequest.model_validate({"images": [{"data": 1}, {}]})
    told = first_error(error.value.errors())
    assert told == "images.0.data: input should be a valid string"
