"""The flags that all experiments share, and from flags to settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from happysad.experiments.runner.config import RunConfig, read_config, with_flags
from happysad.utils.console import progress, say, silent

CONFIGS = Path(__file__).parents[1] / "configs"

Command = TypeVar("Command", bound=Callable[..., Any])
Config = TypeVar("Config", bound=RunConfig)
Say = Callable[[str], None]

_FLAGS = (
    click.option("--data", help="Folder of happy/ and sad/, a CSV file, or demo."),
    click.option("--models", help="Names with commas between; the usual ones where not given."),
    click.option("--config", "config_file", help="TOML file with the same settings."),
    click.option("--out", help="Folder to write; one below runs/ where not given."),
    click.option("--jobs", type=click.IntRange(0), help="Processes; 0 or not given: one a core."),
    click.option("--seed", type=click.IntRange(0), help="Of every random choice; 0."),
    click.option("--no-cache", is_flag=True, help="Neither read nor keep faces and features."),
    click.option("--quiet", is_flag=True, help="Nothing but the results."),
)


def run_options(command: Command) -> Command:
    """Give a click command the flags of every experiment."""
    for flag in reversed(_FLAGS):
        command = flag(command)
    return command


def run(
    kind: type[Config],
    experiment: Callable[..., Path],
    config_file: str | None,
    no_cache: bool,
    quiet: bool,
    default: str | None = None,
    **flags: Any,
) -> Path:
    """Run an experiment as the flags say; flags win over the config file.

    Parameters
    ----------
    kind : type
        Of the experiment's settings.
    experiment : callable
        From settings, ``use_cache`` and ``log`` to the folder written.
    default : str, optional
        Config file shipped with the package, taken where none is named.
    **flags
        Settings; None where not given, lists as text with commas between.
    """
    for name in ("models", "balance"):
        if isinstance(flags.get(name), str):
            flags[name] = names_of(flags[name])
    config = kind()
    if config_file or default:
        config = read_config(config_file or CONFIGS / str(default), kind)
    config = with_flags(config, **flags)
    with progress(quiet):
        return experiment(config, use_cache=not no_cache, log=silent if quiet else say)


def names_of(text: str) -> list[str]:
    """The names in a text with commas between."""
    return [name.strip() for name in text.split(",") if name.strip()]
