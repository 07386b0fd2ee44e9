"""A finished comparison of all recipes, shared by the tests that look at one."""

from __future__ import annotations

import json
import shutil
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
    from happysad import compare

    folder = compare(demo_data, out=tmp_path_factory.mktemp("run") / "all", jobs=1).folder
    assert folder is not None
    return folder


@pytest.fixture(scope="session")
def lasting() -> Callable[[Path], pd.DataFrame]:
    """Read a run's results.csv as text, but for the columns that are measured times."""

    def read(folder: Path) -> pd.DataFrame:
        return pd.read_csv(folder / "results.csv", dtype=str).drop(columns=TIMES)

    return read


@pytest.fixture(scope="session")
def data(demo_data: Path) -> Any:
    """The 40 built-in faces as a ``DataSet``."""
    from happysad.pipeline.data.dataset import load_data

    return load_data(demo_data)


@pytest.fixture(scope="session")
def make_evaluation(data: Any) -> Callable[..., Any]:
    """``make_evaluation(right)``: a result that is right for that share of each part."""
    import io

    import joblib

    from happysad.pipeline.evaluation.fit_and_evaluate import EvaluationResult
    from happysad.pipeline.evaluation.metrics import evaluate
    from happysad.pipeline.models.registry import make_model

    faces = make_model("dummy")[0].transform(data.frame["path"].tolist())
    model = make_model("dummy")
    model[1:].fit(faces, data.frame["label"].to_numpy(str))
    buffer = io.BytesIO()
    joblib.dump(model, buffer)

    def make(right: float, sure: float = 0.9) -> EvaluationResult:
        p_happy, metrics, status = {}, {}, {}
        for part in ("val", "test"):
            labels = data.frame.loc[data.frame["split"] == part, "label"].to_numpy(str)
            ordered = np.argsort(labels, kind="stable")
            wrong = np.zeros(len(labels), bool)
            wrong[ordered[: round((1 - right) * len(labels))]] = True
            p = np.where((labels == "happy") ^ wrong, sure, 1 - sure)
            p_happy[part], metrics[part] = p, evaluate(labels, p)
            status[part] = np.array(["detected"] * (len(labels) - 1) + ["full_frame"])
        return EvaluationResult(p_happy, metrics, status, 0.5, 2.0, buffer.getvalue())

    return make


@pytest.fixture(scope="session")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """72 built-in faces without parts; most happy ones are grey, most sad ones small in colour."""
    from PIL import Image

    from happysad.pipeline.demo.demo_faces import make_demo_faces

    root = tmp_path_factory.mktemp("news") / "news"
    for number, (face, label) in enumerate(zip(*make_demo_faces(72, random_state=9), strict=True)):
        (root / label).mkdir(parents=True, exist_ok=True)
        image = Image.fromarray(face)
        if (label == "sad") != (number % 4 == 0):
            image = image.convert("RGB").resize((60 + number, 60 + number))
        else:
            image = image.resize((120, 120))
        image.save(root / label / f"{number}.png")
    return root


@pytest.fixture(scope="session")
def ship_config(demo_data: Path, news: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Settings of ``ship`` with small recipes on built-in faces."""
    from happysad.experiments.shipping.data import ShipConfig

    return ShipConfig(
        data=str(demo_data),
        models=["landmarks-svm", "hog-svm"],
        others=[str(news)],
        formats_apart=["news"],
        folds=2,
        terms=["They show nobody."],
        called={"forty val": "held-out faces", "forty test": "the hidden ones"},
        out=str(tmp_path_factory.mktemp("ship") / "run"),
        jobs=1,
    )


@pytest.fixture(scope="session")
def shipped_run(ship_config: Any) -> Path:
    """The folder of a finished run of ``ship``; not to be changed."""
    from happysad.experiments.shipping.ship import ship

    return ship(ship_config)


@pytest.fixture
def image_is_drawn() -> Callable[[Path], bool]:
    """Whether a PNG file is a picture: of some size, with light and dark in it."""

    def check(path: Path) -> bool:
        from PIL import Image

        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("L"))
        return min(pixels.shape) > 100 and int(pixels.min()) < 100 and float(pixels.std()) > 5

    return check


@pytest.fixture
def small_run(small_run_source: Path, tmp_path: Path) -> Path:
    """A copy of that run, to be changed."""
    return shutil.copytree(small_run_source, tmp_path / "small-run")


@pytest.fixture(scope="session")
def small_run_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run's folder with every table in it, all made up: three models on 40 test images."""
    from happysad.pipeline.evaluation.metrics import evaluate

    random = np.random.default_rng(0)
    labels = np.array(["happy", "sad"] * 20)
    results, answers, points, intervals = [], [], [], []
    for model, noise in (("hog-svm", 1.5), ("cnn-small", 1.9), ("dummy", 9.0)):
        for split in ("val", "test"):
            axes: dict[str, Any] = {"dataset": "faces & co", "split": split, "model": model}
            axes |= {"condition": "", "fold": 0, "seed": 0}
            p = 1 / (1 + np.exp(random.normal(0, noise, 40) - np.where(labels == "happy", 2, -2)))
            scores = evaluate(labels, p)
            made = {"status": "ok", "reason": "", "n_train": 99, "n_test": 40, "n_full_frame": 5}
            times = {"fit_s": 1.25, "predict_ms": 3.5}
            results.append({**axes, **made, **scores, **times})
            words = np.where(p >= 0.5, "happy", "sad")
            for i in range(40):
                face = {"face": "full_frame" if i < 5 else "detected", "leaked": "", "group": ""}
                said = {"label": labels[i], "predicted": words[i], "p_happy": p[i]}
                answers.append({**axes, "image": f"{split}/{i}.png", **face, **said})
            for images in ("all", "not leaked"):
                known = {"dataset": "faces & co", "split": split, "model": model, "n": 40}
                intervals += [
                    {**known, "images": images, "metric": name, "value": scores[name],
                     "low": scores[name] - 0.07, "high": scores[name] + 0.06}
                    for name in ("accuracy", "balanced_accuracy", "roc_auc", "brier", "f1_macro")
                ]  # fmt: skip
        part = {"dataset": "faces & co", "split": "test", "model": model, "n": 40}
        shares = {"rejected_happy": 0.1, "rejected_sad": 0.3, "rejected_neutral": np.nan}
        rule = {"rule": "max error 0.02", "low": 0.2, "high": 0.8, "coverage": 0.8, "error": 0.025}
        recalls = {"recall_happy": 0.95, "recall_sad": 0.9, "balanced_accuracy": 0.925}
        points.append({**part, **rule, **recalls, **shares})
        points.append({**part, "rule": rule["rule"], "split": "neutral", "coverage": 0.25})
    failed = {"dataset": "faces & co", "split": "test", "model": "broken", "condition": ""}
    failed |= {"fold": 0, "seed": 0, "status": "error", "reason": "ValueError: <b>bad</b>"}
    pair = {
        "n": 40,
        "n_only_model_correct": 9,
        "n_only_other_correct": 2,
        "p_value": 0.06,
        "p_value_holm": 0.12,
    }
    pair |= {"dataset": "faces & co", "split": "test", "low": -0.01, "high": 0.2}
    compared = [
        {**pair, "model": "hog-svm", "against": "cnn-small", "against_role": "cnn",
         "difference": 0.175},
        {**pair, "model": "cnn-small", "against": "hog-svm", "against_role": "best",
         "difference": -0.175, "p_value_holm": 0.0004, "low": -0.3, "high": -0.05},
    ]  # fmt: skip
    found = [
        {"dataset": "faces & co", "split": "test", "label": label, "n": 20, "n_face_found": 18,
         "detection_rate": 0.9}
        for label in ("happy", "sad")
    ]  # fmt: skip
    epochs = [
        {"model": "cnn-small", "condition": "", "fold": 0, "seed": 0, "epoch": i,
         "train_loss": 0.6 / i, "val_loss": 0.3 + abs(i - 4) / 10, "val_accuracy": 0.5 + i / 20}
        for i in range(1, 8)
    ]  # fmt: skip
    folder = tmp_path_factory.mktemp("made")
    tables = {
        "results": [*results, failed], "predictions": answers, "operating_points": points,
        "intervals": intervals, "comparisons": compared, "face_detection": found,
        "training": epochs,
    }  # fmt: skip
    for name, rows in tables.items():
        pd.DataFrame(rows).to_csv(folder / f"{name}.csv", index=False)
    facts = {
        "identity": {"dataset": "faces & co"}, "state": "finished", "best": "hog-svm",
        "config": {"why": "Is it so?", "data": "faces", "models": []}, "notes": ["A note."],
        "command": "happysad compare --data faces", "machine": {"cores": 2},
        "code": {"revision": "abc123", "dirty": True}, "versions": {"numpy": "2.0"},
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps(facts))
    return folder
