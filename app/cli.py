"""``happysad``: the command line."""

from __future__ import annotations

import click

from happysad.app.audit import audit
from happysad.app.demo import demo
from happysad.app.explain import explain
from happysad.app.export import export
from happysad.app.predict import predict
from happysad.app.train import train
from happysad.experiments.compare import main as compare


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="happysad")
def main() -> None:
    """Tell a happy face from a sad one."""


for command in (audit, compare, train, predict, export, demo, explain):
    main.add_command(command)

if __name__ == "__main__":
    main()
