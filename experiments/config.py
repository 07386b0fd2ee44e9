"""A run's settings, from a TOML file and the command line; an unknown key is an error."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from happysad.features.errors import UserError


@dataclass(frozen=True)
class CompareConfig:
    """What ``compare`` is asked.

    Attributes
    ----------
    why : str
        The question in a sentence, for the record.
    data : str
        A folder, a CSV file, or "demo".
    models : list of str
        Names of recipes; empty for all of them.
    out : str
        The run's folder; empty for ``runs/`` and the data set's name.
    jobs : int
        Processes; 0 for one a core.
    seed : int
        Of every random choice.
    """

    why: str = ""
    data: str = "demo"
    models: list[str] = field(default_factory=list)
    out: str = ""
    jobs: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        kinds = {"why": str, "data": str, "models": list, "out": str, "jobs": int, "seed": int}
        for name, kind in kinds.items():
            value = getattr(self, name)
            if not isinstance(value, kind) or isinstance(value, bool):
                raise UserError(f"{name} = {value!r} is not {_KIND_NAMES[kind]}")
        if not all(isinstance(name, str) for name in self.models):
            raise UserError(f"models = {self.models!r} is not a list of names")
        if self.jobs < 0 or self.seed < 0:
            raise UserError("jobs and seed are 0 or more")


_KIND_NAMES = {str: "a text", list: "a list of names", int: "a whole number"}


def read_config(path: str | Path) -> CompareConfig:
    """The settings of a TOML file.

    Raises
    ------
    UserError
        No such file, not TOML, an unknown key, or a value of the wrong kind.
    """
    try:
        values: dict[str, Any] = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"cannot read the config {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"the config {path} is not TOML: {error}") from None
    known = [entry.name for entry in fields(CompareConfig)]
    for key in values:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it knows {', '.join(known)}"
            raise UserError(f"the config {path} has an unknown key {key!r}: {hint}")
    try:
        return CompareConfig(**values)
    except UserError as error:
        raise UserError(f"the config {path}: {error}") from None


def with_flags(config: CompareConfig, **flags: Any) -> CompareConfig:
    """The config with those of the flags that were given (not None) in the place of its own."""
    return replace(config, **{name: value for name, value in flags.items() if value is not None})
