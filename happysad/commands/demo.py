"""``happysad demo``: the built-in faces as a folder of pictures."""

from __future__ import annotations

from pathlib import Path

import click

from happysad.utils.console import exit_on_user_error
from happysad.utils.errors import UserError


@click.command(name="demo")
@click.argument("folder")
@click.option("--faces", default=800, show_default=True, help="How many in all, 20 or more.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="The same seed draws the same faces.",
)
@exit_on_user_error
def demo(folder: str, faces: int, seed: int) -> None:
    """Draw built-in faces (of nobody) into FOLDER, as train/, val/ and test/ of happy/ and sad/.

    FOLDER is a new one: nothing is overwritten.

    \b
    Examples:
      happysad demo faces
      happysad demo few --faces 40 --seed 7
    """
    from happysad.pipeline.demo.demo_faces import demo_folder

    if Path(folder).exists():
        raise UserError(f"{folder} exists: name a new folder, so that nothing is overwritten")
    print(f"{faces} faces written to {demo_folder(Path(folder), n_samples=faces, seed=seed)}")
