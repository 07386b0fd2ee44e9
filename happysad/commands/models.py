"""``happysad models``: the models there are, what they cost and what they need."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from happysad.utils.console import exit_on_user_error
from happysad.utils.light_start import light_imports
from happysad.utils.tables import print_table

if TYPE_CHECKING:
    from happysad.pipeline.models.recipe import Recipe

_BELOW = """
shipped: happysad predict --model NAME PHOTO. The others are recipes, to be trained on your own
faces: happysad train --data FOLDER --model NAME, or happysad compare --data FOLDER --models NAME.
ms: CPU time of one 48x48 image of FER2013, from file to answer; fit s: of a fit on its 12,000
faces, features at hand; -: not measured, and slow. Terms: FER2013 is passed on under the Database
Contents License (by its page); the 68-point landmarks exclude commercial use; --json has them in
full."""


@click.command(name="models")
@click.option("--json", "json_file", metavar="FILE", help="Write the list as JSON; - prints it.")
@exit_on_user_error
def models(json_file: str | None) -> None:
    """List the models: those that are shipped, and the recipes to train.

    \b
    Examples:
      happysad models
      happysad models --json -
    """
    rows = list_models()
    if json_file is not None:
        import json

        from happysad.output.prediction_table import write_or_print

        write_or_print(json.dumps(rows, indent=2) + "\n", json_file, "the models")
        return
    lines = [["model", "here", "ms", "fit s", "terms", "what it is"]]
    for row in rows:
        cost = [_number(row["milliseconds"], 1), _number(row["fit_seconds"], 0)]
        lines.append([row["model"], _here(row), *cost, row["terms"], row["summary"]])
    print_table(lines, below=_BELOW)


def list_models() -> list[dict[str, Any]]:
    """What is known of each model, those that are shipped first; None where it is not.

    ``shipped`` and ``megabytes`` are of a trained model's file, ``needs`` are the packages that a
    recipe's fit needs beside happysad's own, ``missing`` those of them that are not here.
    """
    with light_imports():
        from happysad.pipeline.models.registry import RECIPES
    from happysad.pipeline.model_files.shipped import NETWORKS, SHIPPED

    shipped = [*SHIPPED, *NETWORKS]
    order = [*shipped, *(name for name in RECIPES if name not in shipped)]
    return [_row(name, RECIPES[name], name in shipped) for name in order]


def _row(name: str, recipe: Recipe, shipped: bool) -> dict[str, Any]:
    from happysad.pipeline.model_files.model_card import licences, read_card
    from happysad.pipeline.model_files.shipped import model_path

    model = recipe.model()
    parts = [model, *model.get_params().values()]
    kinds = {type(part).__name__ for part in parts}
    needs = ["torch", "skorch"] if "CnnClassifier" in kinds else []
    needs += ["torchvision"] if "resnet18" in parts[1:] else []
    full = read_card(name)["licences"] if shipped else licences(model)
    learned = shipped or "VisualWords" in kinds
    terms = "no commercial use" if recipe.predictor == "68" else "FER2013" if learned else "free"
    measured = recipe.milliseconds > 0
    return {
        "model": name,
        "summary": recipe.summary,
        "shipped": shipped,
        "megabytes": round(model_path(name).stat().st_size / 1e6, 1) if shipped else None,
        "needs": needs,
        "missing": [package for package in needs if find_spec(package) is None],
        "milliseconds": recipe.milliseconds if measured else None,
        "fit_seconds": recipe.cost if measured else None,
        "terms": terms,
        "licences": full,
    }


def _here(row: dict[str, Any]) -> str:
    if row["shipped"]:
        return f"shipped, {row['megabytes']} MB"
    if not row["needs"]:
        return "recipe"
    return f"recipe, needs {row['missing'][-1]}" if row["missing"] else "recipe, with torch"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
