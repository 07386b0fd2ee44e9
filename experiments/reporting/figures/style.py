"""One look for all figures: sizes, fonts, and for each model the same colour, dash and marker.

A family of models has a colour (Okabe and Ito 2008, told apart by colour-blind readers), a model
has a marker of its own (told apart in grey print), and the dash says what kind it is at a glance:
handcrafted features are solid, CNNs dashed, the pre-trained network dash-dotted, chance dotted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.utils.atomic_files import atomic_write

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

DPI = 130
WIDTH = 7.2  # inches: 936 pixels, which is what a page of text shows without shrinking it

COLORS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000"]
"""Okabe and Ito (2008) without the yellow, which is not seen on white."""

RIGHT, WRONG, GREY = COLORS[0], "#B35900", "#767676"
"""Of correct predictions, of errors, and of what is neither."""

SPARE_MARKERS = "Xd8Hos^vDP*"
HALVES = {"": "full", "oversample": "none", "class-weight": "left"}
"""How a variant of a recipe fills its marker; others are filled below."""

DASHES = {"handcrafted": "-", "cnn": (0, (5, 2)), "pre-trained": "-.", "chance": ":"}
RC: dict[Any, Any] = {
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.labelsize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "figure.titlesize": 11.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.7,
    "lines.linewidth": 1.6,
    "lines.markersize": 5,
}

_FAMILIES = {
    GREY: {"dummy": "x", "pixels-logreg": "s"},
    COLORS[0]: {"hog-svm": "o"},
    COLORS[1]: {"landmarks-svm": "^", "landmarks-gb": "v"},
    COLORS[2]: {"lbp-svm": "D", "bovw-svm": "d"},
    COLORS[3]: {"fusion-svm": "*", "fusion-gb": "P"},
    COLORS[4]: {"hog-lbp-svm": "p", "texture-svm": "H"},
    COLORS[5]: {"cnn-small": "<", "cnn-resnet": ">", "cnn-resnet18": "+", "cnn-pretrained": "8"},
    COLORS[6]: {"embedding-svm": "h", "stack": "."},
}
_KNOWN = {name: (color, mark) for color, own in _FAMILIES.items() for name, mark in own.items()}


@dataclass(frozen=True)
class LineStyle:
    """How the lines and points of one model are drawn."""

    color: str
    dash: Any
    marker: str
    fill: str = "full"

    def line(self) -> dict[str, Any]:
        """Arguments of ``ax.plot``, without the marker."""
        return {"color": self.color, "linestyle": self.dash}

    def point(self) -> dict[str, Any]:
        """Arguments of ``ax.plot`` that draw its marker."""
        face = "white" if self.fill == "none" else self.color
        style = "full" if self.fill == "none" else self.fill
        return {
            "color": self.color, "marker": self.marker, "fillstyle": style,
            "markerfacecolor": face, "markerfacecoloralt": "white",
        }  # fmt: skip


def kind_of(model: str) -> str:
    """``handcrafted``, ``cnn``, ``pre-trained`` or ``chance``, by the model's name."""
    base = model.partition("+")[0]
    if base.startswith("cnn"):
        return "cnn"
    return {"embedding-svm": "pre-trained", "dummy": "chance"}.get(base, "handcrafted")


def line_styles(models: Iterable[str]) -> dict[str, LineStyle]:
    """A look for each name, the same in every figure and every run for the named recipes.

    A variant (``hog-svm+oversample``) has its recipe's look with an open or half-filled marker.
    Other names get colours and markers that are left over, in alphabetical order.
    """
    names = sorted(set(models))
    others = sorted({name.partition("+")[0] for name in names} - _KNOWN.keys())
    known = _KNOWN | {name: _spare(name, k) for k, name in enumerate(others)}
    given = {}
    for name in names:
        base, _, variant = name.partition("+")
        color, marker = known[base]
        fill = HALVES.get(variant, "bottom")
        given[name] = LineStyle(color, DASHES[kind_of(name)], marker, fill)
    return given


def _spare(name: str, k: int) -> tuple[str, str]:
    color = COLORS[5] if kind_of(name) == "cnn" else COLORS[k % len(COLORS)]
    return color, SPARE_MARKERS[k % len(SPARE_MARKERS)]


@contextmanager
def drawing(path: Path, width: float, height: float) -> Iterator[Figure]:
    """Give an empty figure of so many inches in the common style; write it as a PNG file.

    The file is there whole, or not at all where the block fails.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(RC):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure
        save(figure, path)


def save(figure: Figure, path: Path) -> None:
    """Write the figure as a PNG file, whole or not at all."""
    with atomic_write(path) as beside:
        figure.savefig(beside, dpi=DPI, facecolor="white")


def shared_legend(figure: Figure) -> None:
    """One legend below all panels, each name once."""
    handles: dict[str, Any] = {}
    for ax in figure.axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    if handles:
        figure.legend(
            list(handles.values()), list(handles), loc="outside lower center",
            ncols=min(4, len(handles)), handlelength=3.2,
        )  # fmt: skip


def part_title(rows: pd.DataFrame) -> str:
    """The data set and the part that rows of one part are of."""
    row = rows.iloc[0]
    return f"{row['dataset']}, {row['split']} part"


def limits(intervals: pd.DataFrame | None, model: str, metric: str) -> tuple[float, float]:
    """The ends of a score's interval on all images of the part; NaN where it is not known."""
    if intervals is not None and len(intervals):
        rows = intervals[intervals["model"].eq(model) & intervals["metric"].eq(metric)]
        for row in rows[rows["images"] == "all"].to_dict("records"):
            return float(row["low"]), float(row["high"])
    return float("nan"), float("nan")
