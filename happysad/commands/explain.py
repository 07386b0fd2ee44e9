"""``happysad explain``: what in a face spoke for happy and what for sad."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from happysad.commands.model_option import min_score_option, model_option, refuse_model_files
from happysad.utils.console import exit_on_user_error
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from happysad.pipeline.explain.explain import Explanation

SHOWN = 12
"""Features in the table; the picture shows as many."""


@click.command(name="explain")
@click.argument("photos", metavar="PHOTO", nargs=-1, required=True)
@model_option
@min_score_option
@click.option("--face", type=click.IntRange(0), default=0, help="Which face; 0 is the surest.")
@click.option("--out", default="explained.png", show_default=True, help="Picture to write.")
@click.option("--crops", is_flag=True, help="PHOTO is a tight crop of one face.")
@exit_on_user_error
def explain(
    photos: tuple[str, ...],
    model: str,
    min_score: float | None,
    face: int,
    out: str,
    crops: bool,
) -> None:
    """Draw what in a face of PHOTO spoke for happy and what for sad.

    A model file is one that compare or train wrote. Load only files you made or trust: a model
    file can run code.

    \b
    Examples:
      happysad explain photo.jpg
      happysad explain group.jpg --face 2 --out third.png
      happysad explain crop.png --crops --model mine.joblib
    """
    from happysad.output.explain_figure import save_explanation
    from happysad.pipeline.explain.explain import explain as explain_face
    from happysad.pipeline.prediction.load_any import load_any
    from happysad.utils.image_decoding import read_image

    refuse_model_files("explain", photos)
    if len(photos) > 1:
        raise UserError(f"explain takes one photo, and {len(photos)} were given")
    (photo,) = photos
    if Path(out).suffix.lower() != ".png":
        raise UserError(f"--out {out}: the picture is a PNG file, its name ends in .png")
    explanation = explain_face(load_any(model), photo, face, crops, min_score)
    title = f"{Path(photo).name}, {Path(model).stem}"
    try:
        save_explanation(explanation, read_image(photo), Path(out), title)
    except OSError as error:
        raise UserError(f"cannot write the picture {out}: {error.strerror}") from None
    _print(explanation, photo)
    print(f"written to {out}")


def _print(explanation: Explanation, photo: str) -> None:
    from rich.console import Console
    from rich.table import Table

    note = "" if explanation.found else " (no face found)"
    print(f"{photo}: {explanation.label}{note}, p(happy) {explanation.p_happy:.3f}")
    if explanation.method == "none":
        print("this model does not look at the face: it gives every image the same answer")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("speaks for", "by", "what", "value", "typical"):
        table.add_column(name, justify="left" if name in ("speaks for", "what") else "right")
    for row in explanation.features.head(SHOWN).to_dict("records"):
        table.add_row(
            "happy" if row["effect"] >= 0 else "sad",
            f"{row['effect']:+.2f}",
            row["words"],
            *(
                f"{row[name]:.2f}" if row[name] == row[name] else ""
                for name in ("value", "typical")
            ),
        )
    width = None if sys.stdout.isatty() else 200
    Console(highlight=False, markup=False, width=width).print(table)
    print("by: change of the log-odds of happy; value, typical: in distances between the eyes")
