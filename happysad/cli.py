"""``happysad``: the command line."""

from __future__ import annotations

import importlib

import click

COMMANDS = {
    "audit": "happysad.commands.audit:audit",
    "compare": "happysad.experiments.compare:main",
    "demo": "happysad.commands.demo:demo",
    "explain": "happysad.commands.explain:explain",
    "export": "happysad.commands.export:export",
    "predict": "happysad.commands.predict:predict",
    "serve": "happysad.commands.serve:serve",
    "train": "happysad.commands.train:train",
    "video": "happysad.commands.video:video",
    "webcam": "happysad.commands.webcam:webcam",
}
"""Name to module and function."""


class Commands(click.Group):
    """Imports a command when it is asked for: an answer needs little of what a comparison does."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, for the help."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of a name, None where there is none."""
        if name not in COMMANDS:
            return None
        module, _, function = COMMANDS[name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), function)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="happysad")
def main() -> None:
    """Tell a happy face from a sad one."""


if __name__ == "__main__":
    main()
