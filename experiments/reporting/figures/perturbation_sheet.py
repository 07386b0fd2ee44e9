"""A built-in face under every change at every strength, so that a reader sees what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.perturbations.registry import (
    CHANGES,
    SHIFT,
    changed_image,
    locate_face,
    moved_box,
)
from happysad.experiments.reporting.figures.style import COLORS, WIDTH, drawing
from happysad.features.faces.detector import MIN_SCORE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from happysad.experiments.perturbations.registry import Image, LocatedFace
    from happysad.features.faces.detector import Detection


def save_contact_sheet(path: Path, changes: Sequence[str], seed: int = 0) -> None:
    """Draw a column for each change, the clean face on top and the strongest change below.

    A frame shows where the detector finds the face, and where ``shift`` puts it; no frame: it
    finds none.

    Parameters
    ----------
    changes : sequence of str
        Of ``CHANGES``, one or more.
    seed : int
        Of the built-in face.
    """
    from happysad.pipeline.demo.demo_faces import make_demo_faces

    images, labels = make_demo_faces(8, random_state=seed, variation=0.5)
    image = images[list(labels).index("happy")]
    face = locate_face(image, MIN_SCORE)
    rows = 1 + max(len(CHANGES[change].strengths) for change in changes)
    with drawing(path, WIDTH, 0.82 * rows + 0.4) as figure:
        axes = figure.subplots(rows, len(changes), squeeze=False)
        for ax in axes.flat:
            ax.set_axis_off()
        for column, change in zip(axes.T, changes, strict=True):
            column[0].set_title(change.replace(" ", "\n"), fontsize=9)
            _show(column[0], image, face.detection, "clean")
            for ax, strength in zip(column[1:], CHANGES[change].strengths, strict=False):
                _show(ax, *_changed(image, change, strength, face), f"{strength:g}")


def _changed(
    image: Image, change: str, strength: float, face: LocatedFace
) -> tuple[Image, Detection | None]:
    """The image as it becomes, and the face that is then taken."""
    from happysad.features.faces.detector import find_faces

    if change == SHIFT:
        return image, moved_box(image, strength, face)
    changed = changed_image(image, change, strength, face)
    found = find_faces(changed)
    return changed, found[0] if found else None


def _show(ax: Any, image: Image, found: Detection | None, text: str) -> None:
    from matplotlib.patches import Rectangle

    ax.imshow(image, cmap="gray", vmin=0, vmax=255)
    side = len(image)
    ax.set(xlim=(-0.5, side - 0.5), ylim=(side - 0.5, -0.5))
    ax.text(0.5, -0.04, text, fontsize=8, ha="center", va="top", transform=ax.transAxes)
    if found:
        left, top, right, bottom = found.box
        box = Rectangle((left - 0.5, top - 0.5), right - left, bottom - top, fill=False)
        box.set(edgecolor=COLORS[1], linewidth=1)
        ax.add_patch(box)
