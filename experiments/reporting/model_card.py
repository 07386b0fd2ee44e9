"""``MODEL_CARD.md``: generated from the numbers in ``docs/results/shipped``, never written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.model_card_tables import (
    Cells,
    Names,
    cost_lines,
    data_lines,
    found_lines,
    reliability_lines,
    score_lines,
    status_lines,
    weight_lines,
)
from happysad.experiments.reporting.result_table import markdown
from happysad.experiments.reporting.run_tables import read_table
from happysad.experiments.reporting.shipped_tables import FORMATS_SAID, format_lines
from happysad.experiments.reporting.threshold_table import threshold_lines
from happysad.experiments.ship_units import ALONE, FOLDS, SHIPPED, WITHOUT

if TYPE_CHECKING:
    import pandas as pd

TEMPLATE = Path(__file__).with_name("model_card.md.j2")
COMMAND = "python experiments/ship.py --publish"

TABLES = (
    "scores", "tested", "reliability", "format_check", "weights", "failures", "results",
    "thresholds",
)  # fmt: skip

SECTIONS = {
    ALONE: (
        "Fitted on one set alone.",
        "The recipes fitted on the train part of one data set alone, every image counting the "
        "same; settings were chosen on the val part, the test part is for reporting. An image is "
        "leaked if it has a near-duplicate in the train part. The other data were never seen.",
    ),
    SHIPPED: (
        "The shipped models.",
        "On the test part, which they were not fitted on. An image is leaked if it shows a "
        "picture that they were fitted on.",
    ),
    FOLDS: (
        "Cross-validated.",
        "Recipe and weights of the shipped models, {folds} folds; all images of a person and all "
        "near-duplicates are held out together.",
    ),
    WITHOUT: (
        "One data set left out.",
        "Recipe and weights of the shipped models, fitted on the other data, tested on all of "
        "the set left out, or on its test part where it has one.",
    ),
}
"""What a condition starts with: the title of its table, and what it is."""


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
    tables = {name: read_table(folder / f"{name}.csv") for name in TABLES}
    tables["peers"] = read_table(folder.parent / "peers" / "peers.csv")
    environment = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    parts = {
        **_about(facts),
        **_measured(facts, tables),
        "pictures": {name: f"{pictures}/{picture_name(name)}" for name in facts["models"]},
    }
    return _tidy(template.render(command=COMMAND, **parts))


def picture_name(model: str) -> str:
    """The file of the picture of a model's failures."""
    return f"model-card-{model}.png"


def _about(facts: dict[str, Any]) -> dict[str, Any]:
    models = facts["models"]
    lines: Cells = [["name", "recipe", "what it is", "file"]]
    files: Cells = [["file", "bytes", "sha256"]]
    for name, about in models.items():
        size = f"{about['bytes'] / 1e6:.1f} MB"
        lines.append([f"`{name}`", f"`{about['recipe']}`", about["summary"], size])
        files.append([f"`{name}.joblib`", f"{about['bytes']:,}", f"`{about['sha256']}`"])
    versions = next(iter(models.values()))["versions"]
    return {
        "models": markdown(lines),
        "files": markdown(files),
        "versions": "Made with " + ", ".join(f"{k} {v}" for k, v in versions.items()) + ".",
        "licences": {name: about["licences"] for name, about in models.items()},
        "notes": facts["notes"],
        "limit": facts["config"]["limit"],
        "most": f"{facts['config']['most']:g}",
    }


def _measured(facts: dict[str, Any], tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    from happysad.experiments.reporting.model_card_faces import failure_lines
    from happysad.experiments.reporting.peers import SAID, score_lines

    tested = tables["tested"]
    official = set(tested.loc[tested["condition"] == SHIPPED, "dataset"])
    names = Names(facts["config"]["called"], official)
    cells = {
        "data": data_lines(tested, names),
        "weights": weight_lines(tables["weights"]),
        "formats": format_lines(tables["format_check"]),
        "peers": score_lines(tables["peers"]),
        "reliability": reliability_lines(tables["reliability"], names),
        "thresholds": threshold_lines(tables["thresholds"]),
        "found": found_lines(tested, names),
        "status": status_lines(tables["scores"], names),
        "failures": failure_lines(tables["failures"]),
        "cost": cost_lines(tables["results"], facts["models"]),
    }
    return {
        **{name: markdown(lines) for name, lines in cells.items()},
        "tested": list(_tested(tables["scores"], names, facts["config"]["folds"])),
        "formats_said": FORMATS_SAID,
        "peers_said": SAID if len(tables["peers"]) else "",
        "thresholds_of": [str(name) for name in tables["thresholds"]["dataset"].unique()],
        "failure_faces": int(tables["failures"]["n"].iloc[0]),
    }


def _tested(scores: pd.DataFrame, names: Names, folds: int) -> list[dict[str, str]]:
    """Title, text and table of each way of testing."""
    found = []
    for start, (title, text) in SECTIONS.items():
        lines = score_lines(scores, start, names)
        if len(lines) > 1:
            said = text.format(folds=folds)
            found.append({"title": title, "text": said, "table": markdown(lines)})
    return found


def _tidy(text: str) -> str:
    """No more than one empty line between two others, and one newline at the end."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"
