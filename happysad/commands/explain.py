"""``happysad explain``: what in a face spoke for happy and what for sad."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

import click

from happysad.commands.options import (
    min_face_option,
    min_score_option,
    model_option,
    reject_model_files,
)
from happysad.utils.console import exit_on_user_error
from happysad.utils.errors import UserError
from happysad.utils.tables import print_table

if TYPE_CHECKING:
    from happysad.pipeline.explain.explanation import Explanation


@click.command(name="explain", no_args_is_help=True)
@click.argument("photos", metavar="PHOTO", nargs=-1, required=True)
@model_option
@min_score_option
@min_face_option
@click.option(
    "--face", type=click.IntRange(0), default=0, help="Which face; 0 has the highest score."
)
@click.option("--out", default="explained.png", show_default=True, help="Picture to write.")
@click.option("--crops", is_flag=True, help="PHOTO is a tight crop of one face.")
@exit_on_user_error
def explain(
    photos: tuple[str, ...],
    model: str,
    min_score: float | None,
    min_face: float | None,
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
    from happysad.pipeline.explain.explanation import explain as explain_face
    from happysad.pipeline.model_files.card_thresholds import model_reject_band
    from happysad.pipeline.prediction.predict import load_any
    from happysad.utils.image_decoding import read_image

    reject_model_files("explain", photos)
    if len(photos) > 1:
        raise UserError(f"explain takes one photo, and {len(photos)} were given")
    (photo,) = photos
    if Path(out).suffix.lower() != ".png":
        raise UserError(f"--out {out}: the picture is a PNG file, its name ends in .png")
    pipeline = load_any(model)
    band = model_reject_band(model)
    explanation = explain_face(pipeline, photo, face, crops, min_score, min_face, band)
    title = f"{Path(photo).name}, {Path(model).stem}"
    try:
        save_explanation(explanation, read_image(photo), Path(out), title)
    except OSError as error:
        raise UserError(f"cannot write the picture {out}: {error.strerror}") from None
    _print(explanation, photo)
    print(f"written to {out}")


def _print(explanation: Explanation, photo: str) -> None:
    from happysad.output.explain_figure import SHOWN
    from happysad.pipeline.evaluation.abstention import confidence_text

    note = "" if explanation.found else " (no face found)"
    sure = confidence_text(explanation.label, explanation.p_happy)
    print(f"{photo}: {f'{explanation.label} {sure}'.strip()}{note}")
    if explanation.method == "none":
        print("this model does not look at the face: it gives every image the same answer")
        return
    lines = [["speaks for", "by", "what", "value", "typical"]]
    for row in explanation.features.head(SHOWN).to_dict("records"):
        effect, values = row["effect"], (row["value"], row["typical"])
        numbers = ["" if isnan(value) else f"{value:.2f}" for value in values]
        side = "happy" if effect >= 0 else "sad"
        lines.append([side, f"{effect:+.2f}", row["description"], *numbers])
    print_table(lines)
    print("by: change of the log-odds of happy; value, typical: in distances between the eyes")
