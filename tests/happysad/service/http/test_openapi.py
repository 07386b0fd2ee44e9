"""What the OpenAPI pages say beyond the code."""

from __future__ import annotations

from happysad.service.http.openapi import ABOUT, BATCH_BODY, MISTAKES


def test_the_batch_is_described_in_one_piece():
    schema = BATCH_BODY["requestBody"]["content"]["application/json"]["schema"]
    assert "$ref" not in str(schema)
    assert set(schema["properties"]["images"]["items"]["properties"]) == {"name", "data"}


def test_all_mistakes_are_described():
    assert {413, 422, 503, "4XX"} == set(MISTAKES)
    assert all(one["description"] for one in MISTAKES.values())
    assert "not stored" in ABOUT["description"]
