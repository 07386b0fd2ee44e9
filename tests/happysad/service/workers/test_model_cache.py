"""The models of a process that answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import cv2
import pytest

from happysad.service.workers import model_cache
from happysad.utils.errors import UserError


@pytest.fixture(autouse=True)
def _one_opencv_setting():
    before = cv2.getNumThreads()
    yield
    cv2.setNumThreads(before)


def test_a_model_is_loaded_once(model_file):
    name = f"once {model_file}"
    model_cache.preload({name: str(model_file)})
    assert model_cache.get_model(name, "nowhere.joblib") is model_cache.get_model(
        name, str(model_file)
    )
    assert cv2.getNumThreads() == 1


def test_one_that_does_not_load_says_so(tmp_path):
    with pytest.raises(UserError, match="no model file"):
        model_cache.preload({"new": str(tmp_path / "no.joblib")})


def imported_with(models):
    code = "from happysad.service.workers import model_cache; print(*model_cache._loaded)"
    environment = {**os.environ, model_cache.MODELS: json.dumps(models)}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )


@pytest.mark.process
def test_importing_it_loads_what_the_environment_names(model_file):
    assert imported_with({"m": str(model_file)}).stdout.split() == ["m"]
    failed = imported_with({"m": "nowhere.joblib"})
    assert (failed.stdout.strip(), failed.stderr) == ("", "")
