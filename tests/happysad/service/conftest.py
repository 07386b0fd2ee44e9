"""A service to ask, without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from happysad.service.api import create_app
from happysad.service.state import Settings

HERE = "http://localhost"


@pytest.fixture
def service(model_file: Path) -> Iterator[Callable[..., TestClient]]:
    """``service(room=4)``: a client of a service of the small model with these settings."""
    clients = []

    def start(**settings: Any) -> TestClient:
        app = create_app(Settings(**{"models": (str(model_file),), **settings}))
        clients.append(TestClient(app, HERE, raise_server_exceptions=False))
        return clients[-1].__enter__()

    yield start
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def client(service: Callable[..., TestClient]) -> TestClient:
    """A client of a service of the small model."""
    return service()


@pytest.fixture
def picture(photo: Path) -> bytes:
    """The bytes of a photograph of one smiling person."""
    return photo.read_bytes()


@pytest.fixture
def refuses() -> Callable[..., str]:
    """``refuses(answer, 400)``: see that an answer is one sentence of that status; give it."""

    def check(answer: Any, status: int) -> str:
        assert answer.status_code == status, answer.text
        assert set(answer.json()) == {"detail"}
        told = answer.json()["detail"]
        assert isinstance(told, str)
        assert told
        assert "\n" not in told
        assert "Traceback" not in told
        return told

    return check
