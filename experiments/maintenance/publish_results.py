"""Put the tables of a finished run into ``docs/results`` and the pages.

``python experiments/maintenance/publish_results.py NAME RUN``.
"""

from __future__ import annotations

from pathlib import Path

import click

from happysad.experiments.reporting.model_card.publish import publish
from happysad.utils.console import exit_on_user_error


@click.command(name="publish")
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path))
@exit_on_user_error
def main(name: str, folder: Path) -> None:
    """Copy the tables of the run in FOLDER to docs/results/NAME and fill those of the pages."""
    print(*publish(name, folder), sep="\n")


if __name__ == "__main__":
    main()
