"""The files of the shipped models, in the folder of the run that fitted them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from happysad.experiments.runner.fit_tasks import FitTask
    from happysad.experiments.shipping.data import ShipData
    from happysad.pipeline.evaluation.fit_and_evaluate import EvaluationResult

COMPRESS = 0
"""They are read at every start, and half precision hardly gets smaller."""


def shipped_file(folder: Path, name: str) -> Path:
    """Where a run keeps the model of that name."""
    return folder / "models" / f"{name}.joblib"


def save_shipped(
    folder: Path, unit: FitTask, trial: EvaluationResult, terms: list[str], data: ShipData
) -> None:
    """Write a model and its card; the same bytes of the same fit."""
    from happysad.pipeline.demo.demo_faces import make_demo_faces
    from happysad.pipeline.model_files.model_file import save_model

    card = {
        "model": unit.model,
        "recipe": unit.model,
        "settings": unit.settings(),
        "summary": unit.summary,
        "dataset": data.name,
        "data": data.digest,
        "n_train": len(unit.train),
        "metrics": dict(sorted((f"{p.dataset} {p.split}", m) for p, m in trial.metrics.items())),
        "licences": terms,
    }
    # Built-in faces, so that nobody's picture goes into the card.
    probe, _ = make_demo_faces(4, random_state=0)
    path = shipped_file(folder, unit.model)
    save_model(trial.fitted(), path, card, probe=list(probe), compress=COMPRESS)


def is_saved(folder: Path, unit: FitTask) -> bool:
    """Whether the folder holds the unit's model, whole."""
    from happysad.pipeline.model_files.model_card import read_card

    path = shipped_file(folder, unit.model)
    try:
        card = read_card(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except (UserError, OSError):
        return False
    return bool(card.get("settings") == unit.settings() and card["sha256"] == digest)


def add_thresholds(folder: Path, table: pd.DataFrame) -> None:
    """Put the thresholds for "unsure", a table as ``threshold_table`` gives it, on the cards."""
    from happysad.pipeline.model_files.card_thresholds import ENTRY
    from happysad.pipeline.model_files.model_card import card_path, read_card

    for name, rows in table.groupby("model", sort=False):
        path = shipped_file(folder, str(name))
        columns = ["max_error", "low", "high", "coverage"]
        card = read_card(path) | {ENTRY: rows[columns].to_dict("records")}
        with atomic_write(card_path(path)) as beside:
            text = json.dumps(card, indent=2, ensure_ascii=False, allow_nan=False)
            beside.write_text(text + "\n", encoding="utf-8")
