"""``happysad export``: a CNN as an ONNX file, which answers without torch."""

from __future__ import annotations

from pathlib import Path

import click

from happysad.utils.console import exit_on_user_error
from happysad.utils.errors import UserError


@click.command(name="export")
@click.argument("model")
@click.argument("out")
@exit_on_user_error
def export(model: str, out: str) -> None:
    """Write the CNN in the file MODEL as ONNX to OUT, with a card beside it.

    happysad predict takes the new file too, and needs no torch for it. Load only files you made
    or trust: MODEL can run code; an ONNX file cannot.

    \b
    Examples:
      happysad train --data demo --model cnn-small --out cnn.joblib
      happysad export cnn.joblib cnn.onnx
      happysad predict --model cnn.onnx photo.jpg
    """
    from happysad.pipeline.cnn.onnx_file import export_onnx
    from happysad.pipeline.demo.demo_faces import make_demo_faces
    from happysad.pipeline.model_files.model_card import read_card
    from happysad.pipeline.model_files.model_file import load_model

    if Path(out).suffix != ".onnx":
        raise UserError(f"{out}: an ONNX file ends in .onnx")
    # Built-in faces, so that nobody's picture goes into the card.
    probe, _ = make_demo_faces(4, random_state=0)
    export_onnx(load_model(model), out, read_card(model), probe=list(probe))
    print(f"written to {out}, its card to {out}.json")
