"""Pictures to try the page with."""

from __future__ import annotations

import pytest

from happysad.pipeline.prediction.predict import predict_images
from happysad.service.samples import SAMPLES, sample_png


@pytest.mark.slow
def test_each_shows_what_its_name_says():
    frame = predict_images([sample_png(name) for name in SAMPLES])
    labels = frame.groupby("image")["label"].apply(sorted).tolist()
    assert labels == [["happy"], ["sad"], ["happy", "happy", "sad"]]


def test_they_are_served(client, refuses):
    answer = client.get("/samples/happy.png")
    assert answer.content == sample_png("happy")
    assert answer.headers["content-type"] == "image/png"
    refuses(client.get("/samples/none.png"), 404)
