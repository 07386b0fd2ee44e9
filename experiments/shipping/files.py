"""The files of the shipped models, in the folder of the run that fitted them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from sklearn.pipeline import Pipeline

from happysad.experiments.reporting.model_card.neither_table import default_of, default_rows
from happysad.experiments.runner.fit_tasks import FitTask
from happysad.experiments.shipping.data import ShipData
from happysad.pipeline.cnn.classifier import CnnClassifier
from happysad.pipeline.cnn.onnx_cnn import OnnxCnn
from happysad.pipeline.cnn.onnx_export import onnx_bytes
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.evaluation.fit_and_evaluate import EvaluationResult
from happysad.pipeline.model_files.card_thresholds import DEFAULT_ENTRY, ENTRY
from happysad.pipeline.model_files.model_card import card_path, read_card
from happysad.pipeline.model_files.model_file import save_model
from happysad.utils.atomic_files import atomic_write


def shipped_file(folder: Path, name: str) -> Path:
    """Where a run keeps the model of that name."""
    return folder / "models" / f"{name}.joblib"


def save_shipped(
    folder: Path, task: FitTask, result: EvaluationResult, terms: list[str], data: ShipData
) -> None:
    """Write a model and its card; the same bytes of the same fit."""
    metrics = {f"{place.dataset} {place.split}": m for place, m in result.metrics.items()}
    card = {
        "model": task.model,
        "recipe": task.model,
        "settings": task.settings(),
        "summary": task.summary,
        "dataset": data.name,
        "data": data.hash,
        "n_train": len(task.train),
        "metrics": dict(sorted(metrics.items())),
        "licences": terms,
    }
    # Built-in faces, so that nobody's picture goes into the card.
    faces, _ = make_demo_faces(4, random_state=0)
    path = shipped_file(folder, task.model)
    # Not compressed: they are read at every start, and half precision hardly gets smaller.
    save_model(without_torch(result.fitted()), path, card, selfcheck_images=list(faces), compress=0)


def without_torch(model: Pipeline) -> Pipeline:
    """The fitted model with the CNN of its VotingClassifier, if any, as an ``OnnxCnn``."""
    voting = model[-1]
    if not hasattr(voting, "named_estimators_"):
        return model
    for name, fitted in list(voting.named_estimators_.items()):
        if isinstance(fitted, CnnClassifier):
            network = OnnxCnn(onnx_bytes(fitted), fitted.input_size_, fitted.channels_)
            position = [label for label, _ in voting.estimators].index(name)
            voting.estimators[position] = (name, network)
            voting.estimators_[position] = voting.named_estimators_[name] = network
    return model


def add_thresholds(folder: Path, table: pd.DataFrame, neither: pd.DataFrame) -> None:
    """Put the thresholds for "unsure" on the cards, and those of the default.

    The tables are as ``threshold_table`` and ``neither_table`` give them.
    """
    usual = {row["model"]: default_of(row) for row in default_rows(neither).to_dict("records")}
    for name in dict.fromkeys([*table["model"], *usual]):
        path = shipped_file(folder, name)
        rows = table.loc[table["model"] == name, ["max_error", "low", "high", "coverage"]]
        card = read_card(path) | {ENTRY: rows.to_dict("records")}
        card |= {DEFAULT_ENTRY: usual[name]} if name in usual else {}
        with atomic_write(card_path(path)) as beside:
            text = json.dumps(card, indent=2, ensure_ascii=False, allow_nan=False)
            beside.write_text(text + "\n", encoding="utf-8")
