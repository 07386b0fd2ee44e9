"""The picture of an explanation: photo, aligned face, map, and bars of named features."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from happysad.experiments.reporting.figures.style import (
    COLORS,
    DPI,
    GREY,
    HAPPY,
    RC,
    SAD,
    drawing,
)
from happysad.pipeline.evaluation.abstention import confidence_text

if TYPE_CHECKING:
    from happysad.pipeline.explain.explanation import Explanation

SHOWN = 12  # features in the picture, and in the command's table

_NOTES = {
    "exact": "sum of the map {total:+.1f}, intercept {intercept:+.1f}: log-odds {odds:+.1f}",
    "occlusion": "change of log-odds where the face was covered",
    "none": "this model does not look at the face",
}


def save_explanation(
    explanation: Explanation, photo: NDArray[np.uint8], path: Path, title: str = ""
) -> None:
    """Draw an explanation into a PNG file."""
    with drawing(path, *_size(explanation)) as figure:
        draw_explanation(figure, explanation, photo, title)


def explanation_png(explanation: Explanation, photo: NDArray[np.uint8], title: str = "") -> bytes:
    """The same picture as the bytes of a PNG file, which never lies on the disk."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    stream = BytesIO()
    with rc_context(RC):
        figure = Figure(_size(explanation), layout="constrained")
        draw_explanation(figure, explanation, photo, title)
        figure.savefig(stream, dpi=DPI, facecolor="white")
    return stream.getvalue()


def _size(explanation: Explanation) -> tuple[float, float]:
    return 10.0, 4.4 if explanation.method == "none" else 6.8


def draw_explanation(
    figure: Any, explanation: Explanation, photo: NDArray[np.uint8], title: str = ""
) -> None:
    """Four panels on an empty figure, two where the model does not look at the face.

    ``photo`` is the upright photo, (H, W) or (H, W, 3), in which ``explanation.box`` lies.
    """
    sure = confidence_text(explanation.label, explanation.p_happy)
    answer = f"{explanation.label} {sure}".strip()
    figure.suptitle(": ".join(part for part in (title, answer) if part), fontweight="bold")
    if explanation.method == "none":
        _draw_pictures(figure, explanation, photo)
        figure.supxlabel(_NOTES["none"], fontsize=10)
        return
    # Apart from each other, or long names of features would shrink the pictures.
    above, below = figure.subfigures(2, 1, height_ratios=(1.25, 1.0))
    _draw_pictures(above, explanation, photo)
    _draw_bars(below.subplots(), explanation)


def _draw_pictures(figure: Any, explanation: Explanation, photo: NDArray[np.uint8]) -> None:
    mapped = explanation.method != "none"
    axes = figure.subplots(1, 2 + mapped)
    _draw_photo(axes[0], explanation, photo)
    _draw_crop(axes[1], explanation)
    if mapped:
        _draw_map(figure, axes[2], explanation)


def _draw_photo(ax: Any, explanation: Explanation, photo: NDArray[np.uint8]) -> None:
    height, width = photo.shape[:2]
    step = max(1, max(height, width) // 900)  # more pixels are not seen
    where = (-0.5, width - 0.5, height - 0.5, -0.5)
    ax.imshow(photo[::step, ::step], cmap="gray", vmin=0, vmax=255, extent=where)
    left, top, right, bottom = explanation.box
    own = {"happy": HAPPY, "sad": SAD}.get(explanation.label, GREY)
    for color, line in (("white", 3.0), (own, 1.5)):
        ax.add_patch(
            Rectangle(
                (left - 0.5, top - 0.5), right - left, bottom - top,
                fill=False, edgecolor=color, linewidth=line,
            )
        )  # fmt: skip
    ax.set_title("photo")
    ax.set_axis_off()


def _draw_crop(ax: Any, explanation: Explanation) -> None:
    ax.imshow(explanation.crop, cmap="gray", vmin=0, vmax=255)
    x, y = explanation.landmarks.T
    few = len(x) < 68
    ax.scatter(
        x, y, s=22 if few else 9, color=COLORS[4], edgecolors="black", linewidths=0.4, zorder=3
    )
    ax.set_title("upright, with 5 landmarks" if few else "upright, with 68 landmarks")
    side = len(explanation.crop)
    # Points of a chin may lie below the crop.
    ax.set(xlim=(-0.5, side - 0.5), ylim=(max(side, float(y.max()) + 2) - 0.5, -0.5))
    ax.set_axis_off()


def _draw_map(figure: Any, ax: Any, explanation: Explanation) -> None:
    heat = explanation.map
    # The face in its lighter half, on which colours show.
    faint = np.asarray(95 + explanation.crop * (160 / 255), np.uint8)
    ax.imshow(faint, cmap="gray", vmin=0, vmax=255)
    ax.set_title("orange for happy, blue for sad")
    ax.set_axis_off()
    total, intercept = float(heat.sum()), explanation.intercept
    odds = total + intercept
    note = _NOTES[explanation.method].format(total=total, intercept=intercept, odds=odds)
    ax.text(0.5, -0.03, note, transform=ax.transAxes, ha="center", va="top", fontsize=8)
    largest = float(np.abs(heat).max())
    if largest == 0:
        return
    colors = LinearSegmentedColormap.from_list("happysad", [SAD, "white", HAPPY])
    norm = Normalize(-largest, largest)
    alpha = 0.8 * (np.abs(heat) / largest) ** 0.7  # the face shows where there is little to say
    ax.imshow(heat, cmap=colors, norm=norm, alpha=alpha)
    bar = figure.colorbar(
        ScalarMappable(norm, colors), ax=ax, fraction=0.05, pad=0.03, ticks=[-largest, 0, largest]
    )
    digits = 1 if largest >= 0.1 else 3
    bar.ax.set_yticklabels([f"sad\n{-largest:.{digits}f}", "0", f"happy\n{largest:+.{digits}f}"])
    bar.ax.tick_params(labelsize=8, length=0)


def _draw_bars(ax: Any, explanation: Explanation) -> None:
    features = explanation.features.head(SHOWN)
    effects = features["effect"]
    largest = effects.abs().max() or 1.0
    bars = ax.barh(
        range(len(features)), effects, 0.7, color=np.where(effects >= 0, HAPPY, SAD),
        tick_label=[_label(row) for row in features.to_dict("records")],
    )  # fmt: skip
    ax.bar_label(bars, fmt="%+.2f", padding=2, fontsize=8)
    ax.set(xlim=(-1.15 * largest, 1.15 * largest), ylim=(len(features) - 0.4, -0.6))
    ax.axvline(0, color="black", linewidth=0.8)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(
        "speaks for sad  |  speaks for happy: log-odds that it adds, compared with a typical face"
    )


def _label(row: Any) -> str:
    if np.isnan(row["value"]):
        return str(row["description"])
    return f"{row['description']} ({row['value']:.2f}, typical {row['typical']:.2f})"
