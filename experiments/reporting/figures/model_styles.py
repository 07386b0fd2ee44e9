"""The look of each model's lines and points, the same in all figures.

No two models have the same colour and dash, and none has a colour of happy or sad. The dash says
what kind a model is: handcrafted features are solid, CNNs dashed, the pre-trained network
dash-dotted, chance dotted; variants of a recipe have its colour and dashes of their own. Markers
tell models apart in grey print.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle, product
from typing import Any

from happysad.experiments.reporting.figures.style import COLORS, GREY

SPARE_MARKERS = "d8Hos^vDP*"
HALVES = {"": "full", "oversample": "none", "class-weight": "left"}
"""How a variant of a recipe fills its marker; others are filled below."""

DASHES = {"handcrafted": "-", "cnn": (0, (5, 2)), "pre-trained": "-.", "chance": ":"}
VARIANT_DASHES = {"oversample": (0, (4, 1, 1, 1, 1, 1)), "class-weight": (0, (1.5, 1))}
OTHER_DASH = (0, (9, 2, 2, 2))
SPARE_COLORS = [*COLORS[2:], "#332288", "#999933"]

_KNOWN = {
    "dummy": ("#999999", "x"),
    "pixels-logreg": (GREY, "s"),
    "hog-svm": ("#332288", "o"),
    "landmarks-svm": ("#999933", "^"),
    "landmarks-gb": ("#CCBB44", "v"),
    "lbp-svm": (COLORS[2], "D"),
    "bovw-svm": ("#8C510A", "d"),
    "fusion-svm": (COLORS[3], "*"),
    "fusion-gb": ("#661100", "P"),
    "hog-lbp-svm": ("#44AA99", "p"),
    "texture-svm": (COLORS[4], "H"),
    "cnn-small": (COLORS[5], "<"),
    "cnn-color": ("#EE3377", "1"),
    "cnn-resnet": ("#117733", ">"),
    "cnn-resnet18": ("#6699CC", "+"),
    "cnn-pretrained": ("#882255", "8"),
    "embedding-svm": ("#AA4499", "h"),
    "stack": (COLORS[6], "X"),
    "fusion-stack": ("#A95AA1", "3"),
}


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

    A variant (``hog-svm+oversample``) has its recipe's colour with an open or half-filled marker.
    Other names get what is left over, in alphabetical order.
    """
    names = sorted(set(models))
    given = {name: _known(name) for name in names if name.partition("+")[0] in _KNOWN}
    taken = {(look.color, look.dash) for look in given.values()}
    dashes = [*DASHES.values(), *VARIANT_DASHES.values(), OTHER_DASH]
    free = (pair for pair in product(dashes, SPARE_COLORS) if (pair[1], pair[0]) not in taken)
    others = [name for name in names if name not in given]
    for k, (name, (dash, color)) in enumerate(zip(others, cycle(free), strict=False)):
        given[name] = LineStyle(color, dash, SPARE_MARKERS[k % len(SPARE_MARKERS)])
    return given


def _known(name: str) -> LineStyle:
    base, _, variant = name.partition("+")
    color, marker = _KNOWN[base]
    dash = VARIANT_DASHES.get(variant, OTHER_DASH) if variant else DASHES[kind_of(name)]
    return LineStyle(color, dash, marker, HALVES.get(variant, "bottom"))
