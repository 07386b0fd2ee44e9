"""``MODEL_CARD.md``: generated from the numbers in ``docs/results/shipped``, never written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from happysad.experiments.reporting.model_card.card_tables import (
    Cells,
    data_lines,
    model_lines,
    reliability_lines,
    score_lines,
)
from happysad.experiments.reporting.model_card.threshold_table import threshold_lines
from happysad.experiments.reporting.tables.result_table import markdown
from happysad.experiments.reporting.tables.run_tables import read_table

TEMPLATE = Path(__file__).with_name("model_card.md.j2")
COMMAND = "python experiments/shipping/ship.py --publish"


def card_text(folder: Path, pictures: str = "docs") -> str:
    """The card.

    Parameters
    ----------
    folder : Path
        With the tables of a run and ``card.json``, as ``ship_publish`` writes them; beside it
        lies ``peers`` with what ``experiments/peers.py`` found, or the card leaves that out.
    pictures : str
        Where the pictures lie, from the card's place.
    """
    from jinja2 import Environment

    facts = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    models = facts["models"]
    versions = next(iter(models.values()))["versions"]
    environment = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    text = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        command=COMMAND,
        config=facts["config"],
        notes=facts["notes"],
        licences=_licences(models),
        versions="Made with " + ", ".join(f"{k} {v}" for k, v in versions.items()) + ".",
        pictures={name: f"{pictures}/{picture_name(name)}" for name in models},
        **_tables(folder, facts),
    )
    return _tidy(text)


def picture_name(model: str) -> str:
    """The file of the picture of a model's failures."""
    return f"model-card-{model}.png"


def _tables(folder: Path, facts: dict[str, Any]) -> dict[str, str]:
    """Each table of the card as Markdown; "" for that of the peers where there is none."""
    from happysad.experiments.reporting.model_card.example_faces import failure_lines
    from happysad.experiments.reporting.per_experiment import peers

    models, names = facts["models"], facts["config"]["called"]
    tables = ("results", "tested", "scores", "reliability", "thresholds", "failures")
    read = {name: read_table(folder / f"{name}.csv") for name in tables}
    compared = read_table(folder.parent / "peers" / "peers.csv")
    files: Cells = [["file", "bytes", "sha256"]]
    for name, about in models.items():
        files.append([f"`{name}.joblib`", f"{about['bytes']:,}", f"`{about['sha256']}`"])
    cells = {
        "models": model_lines(models, read["results"]),
        "data": data_lines(read["tested"], names),
        "scores": score_lines(read["scores"], names),
        "reliability": reliability_lines(read["reliability"], names),
        "thresholds": threshold_lines(read["thresholds"]),
        "failures": failure_lines(read["failures"]),
        "files": files,
        "peers": peers.score_lines(compared),
    }
    made = {name: markdown(lines) for name, lines in cells.items()}
    said = {"peers_said": peers.SAID if len(compared) else ""}
    return made | said | {"failure_faces": f"{read['failures']['n'].iloc[0]:.0f}"}


def _licences(models: dict[str, Any]) -> dict[str, list[str]]:
    """The terms of each model by its name, those that all of them share under "all"."""
    terms = {f"`{name}`": about["licences"] for name, about in models.items()}
    shared = [term for term in next(iter(terms.values())) if all(term in t for t in terms.values())]
    return {"all": shared} | {
        name: [term for term in told if term not in shared] for name, told in terms.items()
    }


def _tidy(text: str) -> str:
    """No more than one empty line between two others, and one newline at the end."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"
