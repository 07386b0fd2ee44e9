"""Figures without files, and the predictions of three programs on twenty faces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from happysad.experiments.datasets.peer_scores import PEERS
from happysad.experiments.reporting.figures import style

FER, FACE_API = PEERS.values()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Figures in the place of files."""
    saved: list[Any] = []
    monkeypatch.setattr(style, "save", lambda figure, path: saved.append(figure))
    return saved


def _predictions(model: str, predicted: str, truth: str = "h" * 10 + "s" * 10) -> pd.DataFrame:
    """A letter an image: the predictions of a model and the truth; n is a neutral face."""
    words = {"h": "happy", "s": "sad", "n": "neutral"}
    return pd.DataFrame(
        {
            "tested_on": "here",
            "model": model,
            "fold": 0,
            "image": [f"{i}.png" for i in range(len(truth))],
            "group": "",
            "label": [words[letter] for letter in truth],
            "predicted": [words[letter] for letter in predicted],
            "p_happy": [0.9 if letter == "h" else 0.1 for letter in predicted],
        }
    )


@pytest.fixture
def predictions() -> Callable[..., pd.DataFrame]:
    """From a model and its predictions, maybe the truth, to rows of predictions."""
    return _predictions


@pytest.fixture
def made() -> pd.DataFrame:
    """Ours is right on all twenty; fer errs on eight sad ones, face-api on one happy one."""
    ours = _predictions("ours", "h" * 10 + "s" * 10)
    fer = _predictions(FER, "h" * 18 + "s" * 2)
    face_api = _predictions(FACE_API, "s" + "h" * 9 + "s" * 10)
    return pd.concat([fer, face_api, ours], ignore_index=True)
