"""Put the models of a finished run into the package, and their numbers beside it.

The files go to ``pipeline/model_files/shipped_models``, the small tables to
``docs/results/shipped``, the pictures to ``docs``, and ``MODEL_CARD.md`` is written from these.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from happysad.experiments.reporting.model_card import publish
from happysad.experiments.reporting.model_card.document import picture_name
from happysad.experiments.reporting.model_card.example_faces import save_failures
from happysad.experiments.runner.run_folder import read_rows
from happysad.experiments.shipping.files import shipped_file
from happysad.pipeline.model_files import shipped
from happysad.pipeline.model_files.model_card import card_path, read_card
from happysad.pipeline.model_files.model_file import load_model
from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError

NAME = "shipped"
CARD_KEYS = ("summary", "sha256", "bytes", "n_train", "licences", "versions")
SETTINGS = ("data", "others", "formats_apart", "folds", "seed", "limit", "called")

_FILE = re.compile(r"[^,(]*/[^,(]*\.\w+")


def publish_shipped(folder: Path) -> list[str]:
    """Publish the run in ``folder``; give what was written."""
    facts = card_facts(folder)
    _draw_failures(folder)
    written = publish.publish(NAME, folder)
    for name in shipped.SHIPPED:
        picture = folder / "figures" / picture_name(name)
        model = shipped_file(folder, name)
        # The model last: a reader in between is told that card and model differ.
        for source, into in (
            (picture, publish.ROOT / "docs"),
            (card_path(model), shipped.FOLDER),
            (model, shipped.FOLDER),
        ):
            with atomic_write(into / source.name) as beside:
                shutil.copyfile(source, beside)
            written.append(source.name)
    with atomic_write(publish.RESULTS / NAME / "card.json") as beside:
        beside.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return [*written, publish.write_card()]


def card_facts(folder: Path) -> dict[str, Any]:
    """What the card has beside the tables: the models' own cards, settings and notes."""
    missing = [name for name in shipped.SHIPPED if not shipped_file(folder, name).is_file()]
    if missing:
        raise UserError(f"{folder} holds no model {missing[0]}: run ship.py to its end first")
    if (read_rows(folder / "results.csv")["status"] != "ok").any():
        raise UserError(f"a fit of the run in {folder} failed: run ship.py again")
    run = publish.finished_facts(folder)
    cards = {name: read_card(shipped_file(folder, name)) for name in shipped.SHIPPED}
    return {
        "models": {name: {key: card[key] for key in CARD_KEYS} for name, card in cards.items()},
        "config": {key: run["config"][key] for key in SETTINGS},
        "notes": [_without_names(note) for note in run["notes"]],
        "networks": {name: _of_network(name) for name in shipped.NETWORKS},
    }


def _of_network(name: str) -> dict[str, Any]:
    """What the card says of a model in ONNX format, from that model's own card."""
    card = read_card(name)
    (tested,) = (scores for place, scores in card["metrics"].items() if place.endswith(" test"))
    return {"summary": card["summary"], **{key: tested[key] for key in ("accuracy", "roc_auc")}}


def _without_names(note: str) -> str:
    """A note without the files or persons that it lists at its end."""
    text, _, listed = note.rpartition(": ")
    return text if _FILE.match(listed) or " + " in listed else note


def _draw_failures(folder: Path) -> None:
    """Write ``failures.csv`` and the pictures: what the models make of changed built-in faces."""
    tables = []
    for name in shipped.SHIPPED:
        model, picture = load_model(shipped_file(folder, name)), picture_name(name)
        tables.append(save_failures(model, name, folder / "figures" / picture))
    with atomic_write(folder / "failures.csv") as beside:
        pd.concat(tables).to_csv(beside, index=False)
