"""A contact sheet of the faces that a model got wrong while it was most sure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.figures.style import WIDTH, drawing
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import read_image

if TYPE_CHECKING:
    import pandas as pd

MOST = 24
COLUMNS = 6
_SIZE = 160  # pixels on the sheet, so that a photograph of 20 megapixels stays small


def worst_answers(answers: pd.DataFrame) -> pd.DataFrame:
    """The wrong answers of one model, the surest first.

    Parameters
    ----------
    answers : frame
        Rows of ``predictions.csv`` of one model, happy and sad faces.
    """
    wrong = answers[answers["predicted"] != answers["label"]]
    return wrong.sort_values(
        "p_happy", key=lambda p: (p - 0.5).abs(), ascending=False, kind="stable"
    )


def save_worst_faces(answers: pd.DataFrame, path: Path) -> int:
    """Draw up to 24 faces with truth, answer and how sure it was; give how many were drawn.

    The sheet holds the user's own images. Those that cannot be read any more are left out; where
    none is left, no file is written.
    """
    shown: list[tuple[Mapping[Any, Any], Any]] = []
    for row in worst_answers(answers).to_dict("records"):
        picture = _thumbnail(row["image"]) if len(shown) < MOST else None
        if picture is not None:
            shown.append((row, picture))
    if not shown:
        return 0
    lines = -(-len(shown) // COLUMNS)
    with drawing(path, WIDTH, 1.75 * lines + 0.5) as figure:
        axes = figure.subplots(lines, COLUMNS, squeeze=False)
        for ax in axes.flat:
            ax.set_axis_off()
        for ax, (about, picture) in zip(axes.flat, shown, strict=False):
            ax.imshow(picture, cmap="gray", vmin=0, vmax=255)
            ax.set_title(_said(about), fontsize=8)
            ax.text(0.5, -0.04, _short(Path(about["image"]).name), transform=ax.transAxes,
                    ha="center", va="top", fontsize=6)  # fmt: skip
        figure.suptitle(f"{shown[0][0]['model']}: wrong and most sure")
    return len(shown)


def _thumbnail(path: str) -> Any:
    """The image made small, or None where it cannot be read."""
    from PIL import Image

    try:
        image = Image.fromarray(read_image(path))
    except (UserError, OSError, ValueError):
        return None
    image.thumbnail((_SIZE, _SIZE))
    return image


def _said(row: Mapping[Any, Any]) -> str:
    p = row["p_happy"] if row["predicted"] == "happy" else 1 - row["p_happy"]
    missed = "" if row["face"] == "detected" else "\n(no face found)"
    return f"is {row['label']}\nsaid {row['predicted']} {p:.3f}{missed}"


def _short(name: str) -> str:
    return name if len(name) <= 22 else f"{name[:10]}…{name[-10:]}"
