"""Grids of faces: the most confident errors of a model, and a face under every perturbation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import PIL.Image

from happysad.experiments.perturbations.registry import (
    CHANGES,
    SHIFT,
    Image,
    LocatedFace,
    changed_image,
    locate_face,
    moved_box,
)
from happysad.experiments.reporting.figures.style import COLORS, WIDTH, drawing, part_title
from happysad.features.faces.detector import MIN_SCORE, Detection, find_faces
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import read_image

MOST = 24
COLUMNS = 6
_SIZE = 160  # pixels on the sheet, so that a photograph of 20 megapixels stays small


def image_axes(figure: Any, rows: int, columns: int) -> Any:
    """A grid of axes for images, without frames and ticks."""
    axes = figure.subplots(rows, columns, squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    return axes


def show_image(ax: Any, image: Any, below: str = "", size: float = 8) -> None:
    """Show an 8-bit image, grey or coloured, with a text below it."""
    ax.imshow(image, cmap="gray", vmin=0, vmax=255)
    at = ax.transAxes
    ax.text(0.5, -0.04, below, fontsize=size, ha="center", va="top", transform=at)


def confident_errors(predictions: pd.DataFrame) -> pd.DataFrame:
    """The wrong predictions of one model for happy and sad faces, the most confident first."""
    wrong = predictions[predictions["predicted"] != predictions["label"]]
    return wrong.sort_values(
        "p_happy", key=lambda p: (p - 0.5).abs(), ascending=False, kind="stable"
    )


def save_confident_errors(predictions: pd.DataFrame, path: Path) -> int:
    """Draw up to 24 wrong faces with label, prediction and probability; give how many were drawn.

    The grid holds the user's own images. Those that cannot be read any more are left out; where
    none is left, no file is written.
    """
    wrong = confident_errors(predictions).to_dict("records")
    readable = ((row, _thumbnail(row["image"])) for row in wrong)
    shown = list(islice((pair for pair in readable if pair[1] is not None), MOST))
    if not shown:
        return 0
    lines = -(-len(shown) // COLUMNS)
    with drawing(path, WIDTH, 1.75 * lines + 0.5) as figure:
        axes = image_axes(figure, lines, COLUMNS)
        for ax, (row, image) in zip(axes.flat, shown, strict=False):
            name = Path(row["image"]).name
            shortened = name if len(name) <= 22 else f"{name[:10]}…{name[-10:]}"
            show_image(ax, image, shortened, size=6)
            ax.set_title(_described(row), fontsize=8)
        figure.suptitle(
            f"{shown[0][0]['model']}: most confident errors ({part_title(predictions)})"
        )
    return len(shown)


def _thumbnail(path: str) -> Any:
    """The image made small, or None where it cannot be read."""
    try:
        image = PIL.Image.fromarray(read_image(path))
    except (UserError, OSError, ValueError):
        return None
    image.thumbnail((_SIZE, _SIZE))
    return image


def _described(row: Mapping[Any, Any]) -> str:
    p = row["p_happy"] if row["predicted"] == "happy" else 1 - row["p_happy"]
    missed = "" if row["face"] == "detected" else "\n(no face found)"
    return f"{row['label']}, predicted\n{row['predicted']} {p:.3f}{missed}"


def save_contact_sheet(path: Path, changes: Sequence[str], seed: int = 0) -> None:
    """Draw a column for each change, the clean face on top and the strongest change below.

    A frame shows where the detector finds the face, and where ``shift`` puts it; no frame: it
    finds none. ``seed`` is that of the built-in face.
    """
    images, labels = make_demo_faces(8, random_state=seed, variation=0.5)
    image = images[list(labels).index("happy")]
    face = locate_face(image, MIN_SCORE)
    rows = 1 + max(len(CHANGES[change].strengths) for change in changes)
    with drawing(path, WIDTH, 0.82 * rows + 0.4) as figure:
        axes = image_axes(figure, rows, len(changes))
        for column, change in zip(axes.T, changes, strict=True):
            column[0].set_title(change.replace(" ", "\n"), fontsize=9)
            _show_face(column[0], image, face.detection, "clean")
            for ax, strength in zip(column[1:], CHANGES[change].strengths, strict=False):
                _show_face(ax, *_changed(image, change, strength, face), f"{strength:g}")


def _changed(
    image: Image, change: str, strength: float, face: LocatedFace
) -> tuple[Image, Detection | None]:
    """The image as it becomes, and the face that is then taken."""
    if change == SHIFT:
        return image, moved_box(image, strength, face)
    changed = changed_image(image, change, strength, face)
    found = find_faces(changed)
    return changed, found[0] if found else None


def _show_face(ax: Any, image: Image, found: Detection | None, text: str) -> None:
    from matplotlib.patches import Rectangle

    show_image(ax, image, text)
    side = len(image)
    ax.set(xlim=(-0.5, side - 0.5), ylim=(side - 0.5, -0.5))
    if found:
        left, top, right, bottom = found.box
        box = Rectangle((left - 0.5, top - 0.5), right - left, bottom - top, fill=False)
        box.set(edgecolor=COLORS[2], linewidth=1)
        ax.add_patch(box)
