"""From a trial to rows, predictions, and the best model's file, in a run's folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.run_folder import PREDICTION_COLUMNS, RunFolder
from happysad.features.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from happysad.pipeline.data import DataSet
    from happysad.pipeline.trial import Trial

MODEL_FILE = "happysad.joblib"


def record(
    run: RunFolder, data: DataSet, model: str, seed: int, settings: str, trial: Trial
) -> None:
    """Save the model where it is the best so far, then write its rows.

    In this order, a run killed in between fits the model again and loses nothing.
    """
    axes: dict[str, Any] = {"dataset": data.name, "model": model, "fold": 0, "seed": seed}
    rows, frames = [], []
    for split, metrics in trial.metrics.items():
        status = trial.face_status[split]
        rows.append(
            {
                **axes,
                "split": split,
                "status": "ok",
                "reason": "",
                "settings": settings,
                "n_train": int((data.frame["split"] == "train").sum()),
                "n_test": len(status),
                "n_full_frame": int((status != "detected").sum()),
                **metrics,
                "fit_s": round(trial.fit_s, 3),
                "predict_ms": round(trial.predict_ms, 3),
                "model_bytes": len(trial.model),
            }
        )
        frames.append(_predictions(data, split, trial).assign(**axes)[PREDICTION_COLUMNS])
    if _beats_the_others(run, model, trial.metrics["val"]):
        save_with_card(run.path / MODEL_FILE, data, model, trial)
    run.add(rows, frames)


def record_failure(
    run: RunFolder, data: DataSet, model: str, seed: int, settings: str, reason: str
) -> None:
    """Write the row of a recipe that could not be fitted or measured."""
    row = {"dataset": data.name, "split": "test", "model": model, "fold": 0, "seed": seed}
    row |= {"status": "error", "reason": reason, "settings": settings}
    run.add([{**row, "n_train": int((data.frame["split"] == "train").sum())}], [])


def best_model(results: pd.DataFrame) -> str:
    """The model that does best on the validation part; "" without any."""
    ranked = sorted(_validated(results), key=lambda row: _rank(row["model"], row))
    return str(ranked[-1]["model"]) if ranked else ""


def is_saved(run: RunFolder, model: str) -> bool:
    """Whether the folder's model file is whole and is that model."""
    from happysad.pipeline.model_card import read_card

    try:
        card = read_card(run.path / MODEL_FILE)
        digest = hashlib.sha256((run.path / MODEL_FILE).read_bytes()).hexdigest()
    except (UserError, OSError):
        return False
    return card.get("model") == model and card["sha256"] == digest


def save_with_card(path: Path, data: DataSet, model: str, trial: Trial) -> None:
    """Write the model file and its card."""
    from happysad.pipeline.demo_faces import make_demo_faces
    from happysad.pipeline.model_file import save_model
    from happysad.pipeline.models import find_recipe

    card = {
        "model": model,
        "summary": find_recipe(model).summary,
        "dataset": data.name,
        "data": data.hash,
        "metrics": trial.metrics,
    }
    # Built-in faces, so that nobody's picture goes into the card.
    probe, _ = make_demo_faces(4, random_state=0)
    save_model(trial.fitted(), path, card, probe=list(probe))


def _predictions(data: DataSet, split: str, trial: Trial) -> pd.DataFrame:
    part = data.frame[data.frame["split"] == split]
    p_happy = trial.p_happy[split]
    return part[["label", "split"]].assign(
        image=part["path"],
        face=trial.face_status[split],
        predicted=["happy" if p >= 0.5 else "sad" for p in p_happy],
        p_happy=p_happy.round(6),
    )


def _validated(results: pd.DataFrame) -> list[dict[str, Any]]:
    rows = results[(results["split"] == "val") & (results["status"] == "ok")]
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def _rank(model: str, metrics: dict[str, Any]) -> tuple[float, float, float, str]:
    """What the best model has most of, on the validation part.

    No two models are equal in it, so which is best does not depend on which ended first.
    """
    brier = float(metrics["brier"])
    return float(metrics["balanced_accuracy"]), float(metrics["roc_auc"]), -brier, model


def _beats_the_others(run: RunFolder, model: str, metrics: dict[str, Any]) -> bool:
    others = [row for row in _validated(run.results) if row["model"] != model]
    return all(_rank(model, metrics) > _rank(row["model"], row) for row in others)
