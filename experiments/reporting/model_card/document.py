"""``MODEL_CARD.md`` and its page of tables: generated from ``docs/results/shipped``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment

from happysad.experiments.reporting.model_card import card_tables
from happysad.experiments.reporting.model_card.example_faces import failure_lines
from happysad.experiments.reporting.model_card.neither_table import neither_lines
from happysad.experiments.reporting.per_experiment import peers
from happysad.experiments.reporting.tables.run_tables import read_table
from happysad.pipeline.evaluation.neutral_band import COVERAGE
from happysad.utils.tables import markdown

TABLES = "tables.md"
"""The page of tables, beside the CSV files."""

COMMAND = "python experiments/shipping/ship.py --publish"


def card_text(folder: Path, pictures: str = "docs") -> str:
    """The card, from a run's tables and ``card.json``, with the way from it to its pictures."""
    facts = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    models, names = facts["models"], facts["config"]["called"]
    read = {name: read_table(folder / f"{name}.csv") for name in
            ("results", "tested", "scores", "thresholds", "neither")}  # fmt: skip
    versions = next(iter(models.values()))["versions"]
    return _rendered(
        "model_card.md.j2",
        config=facts["config"],
        notes=facts["notes"],
        networks=facts["networks"],
        licences=_licences(models),
        versions="Made with " + ", ".join(f"{k} {v}" for k, v in versions.items()) + ".",
        pictures={name: f"{pictures}/{picture_name(name)}" for name in models},
        tables=f"docs/results/shipped/{TABLES}",
        models=markdown(card_tables.model_lines(models, read["results"])),
        data=markdown(card_tables.data_lines(read["tested"], names)),
        scores=markdown(card_tables.score_lines(read["scores"], names, subsets=False)),
        thresholds=markdown(card_tables.threshold_lines(read["thresholds"])),
        coverage=f"{100 * COVERAGE:.0f}",
        neither=markdown(neither_lines(read["neither"])) if len(read["neither"]) else "",
        neither_figure=f"{pictures}/neither.png",
        files=markdown(card_tables.file_lines(models)),
    )


def tables_text(folder: Path) -> str:
    """The page of tables; with the other programs' where ``peers`` lies beside the folder."""
    facts = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    names = facts["config"]["called"]
    scores, reliability, failures = (
        read_table(folder / f"{name}.csv") for name in ("scores", "reliability", "failures")
    )
    compared = read_table(folder.parent / "peers" / "peers.csv")
    return _rendered(
        "tables.md.j2",
        scores=markdown(card_tables.score_lines(scores, names, subsets=True)),
        peers=markdown(peers.score_lines(compared)) if len(compared) else "",
        peers_method=peers.METHOD,
        reliability=markdown(card_tables.reliability_lines(reliability, names)),
        failures=markdown(failure_lines(failures)),
        failure_faces=f"{failures['n'].iloc[0]:.0f}",
    )


def picture_name(model: str) -> str:
    """The file of the picture of a model's failures."""
    return f"model-card-{model}.png"


def _rendered(template: str, **values: Any) -> str:
    """A template of this folder, with no two empty lines and one newline at its end."""
    source = Path(__file__).with_name(template).read_text(encoding="utf-8")
    environment = Environment(trim_blocks=True, lstrip_blocks=True)
    text = environment.from_string(source).render(command=COMMAND, **values)
    lines: list[str] = []
    for line in map(str.rstrip, text.splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip() + "\n"


def _licences(models: dict[str, Any]) -> dict[str, list[str]]:
    """The terms of each model by its name, those that all of them share under "all"."""
    terms = {f"`{name}`": about["licences"] for name, about in models.items()}
    shared = [term for term in next(iter(terms.values())) if all(term in t for t in terms.values())]
    return {"all": shared} | {
        name: [term for term in own if term not in shared] for name, own in terms.items()
    }
