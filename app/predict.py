"""``happysad predict``: what a model says of photos and folders."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from happysad.experiments.console import one_sentence
from happysad.features.errors import UserError

if TYPE_CHECKING:
    import pandas as pd


@click.command(name="predict")
@click.argument("model")
@click.argument("images", nargs=-1, required=True)
@click.option("--csv", "csv_file", help="Write the table to this file as well.")
@click.option("--crops", is_flag=True, help="The images are tight crops of one face each.")
@one_sentence
def predict(model: str, images: tuple[str, ...], csv_file: str | None, crops: bool) -> None:
    """Say of each face in IMAGES (files and folders) whether it is happy or sad.

    MODEL is a file that compare, train or export wrote. Load only files you made or trust: a
    .joblib file can run code (a .onnx file cannot).
    """
    from happysad.features.files import atomic_write
    from happysad.pipeline.model_file import load_model
    from happysad.pipeline.onnx_file import load_onnx
    from happysad.pipeline.predict import predict as predict_images

    loaded = load_onnx(model) if model.endswith(".onnx") else load_model(model)
    frame = predict_images(loaded, images, crops=crops)
    if csv_file:
        try:
            with atomic_write(Path(csv_file)) as beside:
                frame.to_csv(beside, index=False)
        except OSError as error:
            raise UserError(f"cannot write the table {csv_file}: {error.strerror}") from None
    _print(frame)
    if csv_file:
        print(f"written to {csv_file}")


def _print(frame: pd.DataFrame) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("image", "face", "answer", "p(happy)", "box"):
        right = name in ("face", "p(happy)")
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in frame.to_dict("records"):
        if row["face"] < 0:
            answer = str(row["status"]).replace("_", " ")
            table.add_row(
                row["image"], "", f"{answer}: {row['reason']}" if row["reason"] else answer, "", ""
            )
            continue
        box = " ".join(str(v) for v in row["box"])
        note = "" if row["status"] == "ok" else f" ({row['status'].replace('_', ' ')})"
        table.add_row(
            row["image"], str(row["face"]), row["label"] + note, f"{row['p_happy']:.3f}", box
        )
    # A pipe or a file has no width: a path cut in two would be no path.
    width = None if sys.stdout.isatty() else 10_000
    console = Console(highlight=False, markup=False, width=width)
    console.print(table)
    missed = int((frame["status"] == "no_face").sum())
    if missed:
        console.print(
            f"no face found in {missed} of {frame['image'].nunique()} images: "
            "if they are tight crops of faces, add --crops"
        )
