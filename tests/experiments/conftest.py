"""A finished comparison of all recipes, shared by the tests that look at one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

TIMES = ["fit_s", "predict_ms"]


@pytest.fixture(scope="session")
def finished(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of every recipe on 40 built-in faces; not to be changed."""
    from happysad.experiments.compare import compare
    from happysad.experiments.config import CompareConfig

    out = tmp_path_factory.mktemp("run") / "all"
    return compare(CompareConfig(data=str(demo_data), out=str(out), jobs=1))


@pytest.fixture(scope="session")
def lasting() -> Callable[[Path], pd.DataFrame]:
    """Read a run's results.csv as text, but for the columns that are measured times."""

    def read(folder: Path) -> pd.DataFrame:
        return pd.read_csv(folder / "results.csv", dtype=str).drop(columns=TIMES)

    return read


@pytest.fixture(scope="session")
def data(demo_data: Path) -> Any:
    """The 40 built-in faces as a ``DataSet``."""
    from happysad.pipeline.data import load_data

    return load_data(demo_data)


@pytest.fixture(scope="session")
def make_trial(data: Any) -> Callable[..., Any]:
    """``make_trial(right)``: a trial whose model answers that share of each part rightly."""
    import io

    import joblib

    from happysad.pipeline.metrics import evaluate
    from happysad.pipeline.models import make_model
    from happysad.pipeline.trial import Trial

    faces = make_model("dummy")[0].transform(data.frame["path"].tolist())
    model = make_model("dummy")
    model[1:].fit(faces, data.frame["label"].to_numpy(str))
    buffer = io.BytesIO()
    joblib.dump(model, buffer)

    def make(right: float, sure: float = 0.9) -> Trial:
        p_happy, metrics, status = {}, {}, {}
        for part in ("val", "test"):
            labels = data.frame.loc[data.frame["split"] == part, "label"].to_numpy(str)
            ordered = np.argsort(labels, kind="stable")
            wrong = np.zeros(len(labels), bool)
            wrong[ordered[: round((1 - right) * len(labels))]] = True
            p = np.where((labels == "happy") ^ wrong, sure, 1 - sure)
            p_happy[part], metrics[part] = p, evaluate(labels, p)
            status[part] = np.array(["detected"] * (len(labels) - 1) + ["full_frame"])
        return Trial(p_happy, metrics, status, 0.5, 2.0, buffer.getvalue())

    return make


@pytest.fixture
def image_is_drawn() -> Callable[[Path], bool]:
    """Whether a PNG file is a picture: of some size, with light and dark in it."""

    def check(path: Path) -> bool:
        from PIL import Image

        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("L"))
        return min(pixels.shape) > 100 and int(pixels.min()) < 100 and float(pixels.std()) > 5

    return check
