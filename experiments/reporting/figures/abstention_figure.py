"""What abstention buys: the error among the faces that are answered, and who is rejected."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.figures.model_styles import line_styles
from happysad.experiments.reporting.figures.style import (
    GREY,
    HAPPY,
    SAD,
    WIDTH,
    drawing,
    part_title,
    shared_legend,
)

UNSURE_RULE = "max error"
FEWEST = 20  # answered faces: below that the error jumps with each face
LEAST = 0.2  # coverage that is shown: for the same reason
CLASSES = {"happy": HAPPY, "sad": SAD, "neutral": GREY}


def risk_coverage(predictions: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coverage and error among the answered, (m,) float64, as less confident faces are rejected.

    Geifman and El-Yaniv, "Selective classification for deep neural networks", 2017. Confidence is
    the distance of ``p_happy`` from 0.5; equally confident faces are answered together.
    """
    p = predictions["p_happy"].to_numpy(np.float64)
    wrong = (p >= 0.5) != (predictions["label"] == "happy").to_numpy(bool)
    confidence = np.abs(p - 0.5)
    order = np.argsort(-confidence, kind="stable")
    answered = np.arange(1, len(p) + 1)
    errors = np.cumsum(wrong[order])
    last = np.append(np.diff(confidence[order]) != 0, True)
    return answered[last] / len(p), errors[last] / answered[last]


def save_risk_coverage(
    predictions: pd.DataFrame, path: Path, models: Sequence[str], points: pd.DataFrame | None = None
) -> None:
    """Error among the answered faces of one part over coverage, a line a model.

    Rows of ``operating_points.csv`` mark the thresholds of an unsure rule.
    """
    marked = unsure_rows(points)
    marked = marked[marked["error"].notna() & marked["model"].isin(models)]
    looks = line_styles(models)
    with drawing(path, WIDTH, 4.6) as figure:
        ax = figure.subplots()
        for name, look in ((name, looks[name]) for name in models):
            faces = predictions[predictions["model"] == name]
            coverage, risk = risk_coverage(faces)
            enough = (coverage * len(faces) >= min(FEWEST, len(faces))) & (coverage >= LEAST)
            own = marked[marked["model"] == name]
            point = look.point() if len(own) else {}
            ax.plot(coverage[enough], risk[enough], **look.line())
            ax.plot([], [], label=name, **look.line() | point)
            if len(own):
                at = own["coverage"], own["error"]
                ax.plot(*at, linestyle="", markersize=10, **look.point(), markeredgecolor="black")
        ax.set(xlim=(LEAST, 1.01), xlabel="coverage (share of faces answered)")
        ax.set_ylabel("selective risk (error among these)")
        ax.set_ylim(bottom=0)
        ax.set_title(part_title(predictions, models) + _rule_of(marked, "\npoints: rule"))
        ax.grid(True)
        shared_legend(figure)


def save_rejected(points: pd.DataFrame, path: Path, models: Sequence[str], title: str = "") -> None:
    """Share of happy, sad and neutral faces that each model rejects with "unsure"."""
    shares = rejected_shares(points)
    names = [name for name in models if name in shares.index]
    classes = [label for label in CLASSES if shares[label].notna().any()]
    height = 0.8 / len(classes)
    with drawing(path, WIDTH, 0.55 * len(names) + 1.5) as figure:
        ax = figure.subplots()
        for k, label in enumerate(classes):
            places = [-i + 0.4 - (k + 0.5) * height for i in range(len(names))]
            values = shares.loc[names, label]
            ax.barh(places, values, height, color=CLASSES[label], label=f"{label} faces")
            for place, value in zip(places, values, strict=True):
                ax.text(value + 0.006, place, f"{value:.0%}", va="center", fontsize=7.5)
        ax.set_yticks([-i for i in range(len(names))], names)
        ax.set_xlim(0, 1.07)
        ax.set_ylim(-len(names) + 0.4, 0.6)
        ax.set_xlabel('rejection rate (share answered with "unsure")')
        figure.suptitle(title)
        ax.set_title(f'Who is answered "unsure"{_rule_of(unsure_rows(points), ": by the rule")}')
        shared_legend(figure)


def unsure_rows(points: pd.DataFrame | None) -> pd.DataFrame:
    """The rows whose rule rejects faces."""
    if points is None or points.empty:
        return pd.DataFrame(columns=columns_of("operating_points"))
    return points[points["rule"].str.startswith(UNSURE_RULE)]


def tells_who_is_rejected(points: pd.DataFrame) -> bool:
    """Whether any model rejects some faces and answers others: else there is nothing to see."""
    shares = rejected_shares(points).stack()
    return bool(((shares > 0) & (shares < 1)).any())


def rejected_shares(points: pd.DataFrame) -> pd.DataFrame:
    """Shares rejected, columns ``happy``, ``sad`` and ``neutral`` (NaN where unknown), by model."""
    rows = unsure_rows(points)
    reported = "test" if rows["split"].eq("test").any() else "val"
    own = rows[rows["split"] == reported].set_index("model")
    neutral = rows[rows["split"] == "neutral"].set_index("model")
    return pd.DataFrame(
        {
            "happy": own["rejected_happy"],
            "sad": own["rejected_sad"],
            "neutral": own["rejected_neutral"].fillna(1 - neutral["coverage"].reindex(own.index)),
        }
    )


def _rule_of(marked: pd.DataFrame, before: str) -> str:
    if marked.empty:
        return ""
    error = marked["rule"].iloc[0].removeprefix(UNSURE_RULE).strip()
    where = "the val part" if marked["split"].eq("test").any() else "these images"
    return f"{before} that keeps the error to {error} on {where}"
