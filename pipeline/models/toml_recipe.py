"""Recipe files (TOML): a recipe with other parameters, to be used wherever its name is."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError

KEYS = ("base", "summary", "parameters")


def read_recipe_file(path: str | Path) -> tuple[str, str, dict[str, Any]]:
    """The name of the base recipe, the summary ("" for none) and the parameters.

    Raises
    ------
    UserError
        No such file, not TOML, or keys that are missing or unknown.
    """
    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"cannot read the recipe {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"the recipe {path} is not TOML: {error}") from None
    unknown = [key for key in values if key not in KEYS]
    if unknown:
        raise UserError(f"the recipe {path} has an unknown key {unknown[0]!r}: see {KEYS}")
    base, parameters = values.get("base"), values.get("parameters", {})
    if not isinstance(base, str) or not isinstance(parameters, dict):
        raise UserError(f'the recipe {path} needs base = "NAME" and a table [parameters]')
    if base.endswith(".toml"):
        raise UserError(f"the recipe {path}: base is the name of a recipe, not a file")
    for name, value in parameters.items():
        if isinstance(value, dict | list):
            raise UserError(f"the recipe {path}: parameter {name} is a table: give one value")
    return base, str(values.get("summary", "")), parameters


def write_recipe_file(
    path: Path, base: str, parameters: Mapping[str, Any], summary: str, comment: str = ""
) -> None:
    """Write a recipe file that ``read_recipe_file`` reads.

    Parameters
    ----------
    parameters : mapping
        Numbers, strings and booleans by their name in ``Pipeline.set_params``.
    comment : str
        Where the parameters come from, for the reader.
    """
    # TOML writes such values as JSON does.
    toml = partial(json.dumps, ensure_ascii=False, default=str)
    lines = [f"# {line}" for line in comment.splitlines()]
    lines += [f"base = {toml(base)}", f"summary = {toml(summary)}", "", "[parameters]"]
    lines += [f"{name} = {toml(value)}" for name, value in sorted(parameters.items())]
    with atomic_write(path) as beside:
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
