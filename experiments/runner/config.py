"""A run's settings, from a TOML file and the command line; an unknown key is an error."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from happysad.utils.errors import UserError


@dataclass(frozen=True)
class RunConfig:
    """The settings of every experiment; each adds its own.

    Models are names of recipes, recipe files, or for ``compare`` "package.module:function"; an
    empty list means the experiment's usual ones.
    """

    why: str = ""  # the question in a sentence, for the record
    data: str = "demo"  # a folder, a CSV file, or "demo"
    models: list[str] = field(default_factory=list)
    out: str = ""  # the run's folder; empty for one below ``runs/``
    jobs: int = -1  # processes; -1 for one a core
    seed: int = 0  # of every random choice

    def __post_init__(self) -> None:
        for entry in fields(self):
            _check(entry.name, str(entry.type), getattr(self, entry.name))
        if self.jobs < -1 or self.jobs == 0:
            raise UserError(f"jobs is a number from 1, or -1 for one a core, not {self.jobs}")
        if self.seed < 0:
            raise UserError("seed is 0 or more")


@dataclass(frozen=True)
class CompareConfig(RunConfig):
    """The settings of ``compare``: see there.

    Each repeat, of ``seeds``, has random states (and folds) of its own.
    """

    balance: list[str] = field(default_factory=lambda: ["none"])
    folds: int | None = None  # 0: one fit on the train part; None: see ``planned_folds``
    seeds: int = 1
    neutral: str = ""
    max_error: float = 0.05

    def __post_init__(self) -> None:
        super().__post_init__()
        unknown = [how for how in self.balance if how not in BALANCES]
        if unknown or not self.balance:
            raise UserError(f"balance = {self.balance!r} holds none of {', '.join(BALANCES)}")
        if (self.folds or 0) < 0 or self.folds == 1 or self.seeds < 1:
            raise UserError("folds is 0 or 2 or more, and seeds is 1 or more")
        if not 0 < self.max_error < 0.5:
            raise UserError(f"max_error = {self.max_error} is not between 0 and 0.5")


BALANCES = ("none", "class-weight", "oversample")

_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "str": ((str,), "a text"),
    "int": ((int,), "a whole number"),
    "int | None": ((int, type(None)), "a whole number"),
    "float": ((int, float), "a number"),
    "list[str]": ((str,), "a list of names"),
    "list[int]": ((int,), "a list of whole numbers"),
    "list[float]": ((int, float), "a list of numbers"),
    "dict[str, Any]": ((dict,), "a table"),
}

Config = TypeVar("Config", bound=RunConfig)


def _check(name: str, annotation: str, value: Any) -> None:
    kinds, description = _KINDS[annotation]
    is_list = annotation.startswith("list")
    values = value if is_list and isinstance(value, list) else [value]
    good = all(isinstance(one, kinds) and not isinstance(one, bool) for one in values)
    if not good or is_list != isinstance(value, list):
        raise UserError(f"{name} = {value!r} is not {description}")


def read_config(path: str | Path, kind: type[Config]) -> Config:
    """The settings of a TOML file; UserError for an unknown key or a value of the wrong kind."""
    try:
        values: dict[str, Any] = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"cannot read the config {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"the config {path} is not TOML: {error}") from None
    known = [entry.name for entry in fields(kind)]
    for key in values:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it knows {', '.join(known)}"
            raise UserError(f"the config {path} has an unknown key {key!r}: {hint}")
    try:
        return kind(**values)
    except UserError as error:
        raise UserError(f"the config {path}: {error}") from None
