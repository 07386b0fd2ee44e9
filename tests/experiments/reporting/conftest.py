"""The answers of three programs to twenty faces, that of ours always right."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from happysad.experiments.datasets.peer_scores import PEERS

FER, FACE_API = PEERS.values()


def _answers(model: str, said: str, truth: str = "h" * 10 + "s" * 10) -> pd.DataFrame:
    """A letter an image: the answers of a model and the truth; n is a neutral face."""
    words = {"h": "happy", "s": "sad", "n": "neutral"}
    return pd.DataFrame(
        {
            "tested_on": "here",
            "model": model,
            "fold": 0,
            "image": [f"{i}.png" for i in range(len(truth))],
            "group": "",
            "label": [words[letter] for letter in truth],
            "predicted": [words[letter] for letter in said],
            "p_happy": [0.9 if letter == "h" else 0.1 for letter in said],
        }
    )


@pytest.fixture
def answers() -> Callable[..., pd.DataFrame]:
    """From a model and its answers, maybe the truth, to rows of predictions."""
    return _answers


@pytest.fixture
def made() -> pd.DataFrame:
    """Ours is right on all twenty; fer errs on eight sad ones, face-api on one happy one."""
    ours = _answers("ours", "h" * 10 + "s" * 10)
    fer = _answers(FER, "h" * 18 + "s" * 2)
    face_api = _answers(FACE_API, "s" + "h" * 9 + "s" * 10)
    return pd.concat([fer, face_api, ours], ignore_index=True)
