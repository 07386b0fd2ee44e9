"""The OpenAPI document beyond the code, and its page, offline."""

from __future__ import annotations

import re

from happysad.service.http.openapi import ABOUT, BATCH_BODY, ERRORS, swagger_ui


def test_the_batch_is_described_in_one_piece():
    schema = BATCH_BODY["requestBody"]["content"]["application/json"]["schema"]
    assert "$ref" not in str(schema)
    assert set(schema["properties"]["images"]["items"]["properties"]) == {"name", "data"}


def test_all_mistakes_are_described():
    assert {413, 422, 503, "4XX"} == set(ERRORS)
    assert all(one["description"] for one in ERRORS.values())
    assert "not stored" in ABOUT["description"]


def test_the_page_asks_for_nothing_from_outside(client):
    page = client.get("/docs")
    assert page.status_code == 200
    asked = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(asked) == 4
    assert "/page/icon.svg" in asked  # the page's own, not another
    for path in asked:
        assert path.startswith(("/docs/", "/page/"))
        answer = client.get(path)
        assert answer.status_code == 200
        assert len(answer.content) > 100
    start = client.get("/page/docs/docs.js").text
    assert "/openapi.json" in start
    assert "http" not in start


def test_its_policy_lets_no_script_of_the_page_itself_run(client):
    policy = client.get("/docs").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy
    assert "<script>" not in client.get("/docs").text


def test_swagger_ui_lies_in_its_package():
    assert all((swagger_ui() / f"swagger-ui{name}").is_file() for name in (".css", "-bundle.js"))
