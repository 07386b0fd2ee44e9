"""Options that would be ignored."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            "maxerror=0.05",
            "there is no option 'maxerror', only model, max_error, min_score and crops",
        ),
        ("crops=1&crops=0", "the option crops is given 2 times"),
    ],
)
def test_a_slip_is_told(client, picture, query, sentence):
    answer = client.post(f"/v1/predict?{query}", content=picture)
    assert (answer.status_code, answer.json()) == (400, {"detail": sentence})


def test_the_batch_has_its_options_in_the_body(client):
    answer = client.post("/v1/predict/batch?model=x", json={"images": []})
    assert answer.status_code == 400
    assert "there is no option 'model'" in answer.json()["detail"]


def test_what_is_known_passes(client, picture):
    assert client.post("/v1/predict?crops=true", content=picture).status_code == 200
    assert client.get("/v1/model?card=1").status_code == 400
