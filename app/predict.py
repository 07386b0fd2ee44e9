"""``happysad predict``: what a model says of photos and folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from happysad.app.light_start import light_imports, light_start
from happysad.app.model_option import load, model_option, refuse_model_files
from happysad.experiments.console import one_sentence
from happysad.features.errors import UserError


@click.command(name="predict")
@click.argument("images", nargs=-1, required=True)
@model_option
@click.option("--csv", "csv_file", help="Write the table to this file as well.")
@click.option("--crops", is_flag=True, help="The images are tight crops of one face each.")
@one_sentence
def predict(images: tuple[str, ...], model: str, csv_file: str | None, crops: bool) -> None:
    """Say of each face in IMAGES (files and folders) whether it is happy or sad.

    A model file is one that compare, train or export wrote. Load only files you made or trust:
    a .joblib file can run code (a .onnx file cannot).
    """
    refuse_model_files("predict", images)
    light_start()
    from happysad.features.files import atomic_write
    from happysad.pipeline.model_pickle import unpickled_in
    from happysad.pipeline.predict import answer, to_frame

    with unpickled_in(light_imports):
        loaded = load(model)
    rows = answer(loaded, images, crops=crops)
    if csv_file:
        try:
            with atomic_write(Path(csv_file)) as beside:
                to_frame(rows).to_csv(beside, index=False)
        except OSError as error:
            raise UserError(f"cannot write the table {csv_file}: {error.strerror}") from None
    _print(rows)
    if csv_file:
        print(f"written to {csv_file}")


def _print(rows: list[dict[str, Any]]) -> None:
    """The table, and a hint where faces were missed.

    Written out by hand: rich takes longer to import than the answer, and would cut long paths.
    """
    lines = [("image", "face", "answer", "p(happy)", "box"), *map(_texts, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        image, face, answer, p_happy, box = line
        cells = (
            image.ljust(widths[0]), face.rjust(widths[1]), answer.ljust(widths[2]),
            p_happy.rjust(widths[3]), box,
        )  # fmt: skip
        print("  ".join(cells).rstrip())
    missed = sum(row["status"] == "no_face" for row in rows)
    if missed:
        print(
            f"no face found in {missed} of {len({row['image'] for row in rows})} images: "
            "if they are tight crops of faces, add --crops"
        )


def _texts(row: dict[str, Any]) -> tuple[str, ...]:
    """The cells of a row. What no terminal can show of a file's name is a question mark."""
    image = "".join(c if c.isprintable() else "?" for c in row["image"])
    status = row["status"].replace("_", " ")
    if row["face"] < 0:
        return image, "", f"{status}: {row['reason']}" if row["reason"] else status, "", ""
    note = "" if row["status"] == "ok" else f" ({status})"
    box = " ".join(map(str, row["box"]))
    return image, str(row["face"]), row["label"] + note, f"{row['p_happy']:.3f}", box
