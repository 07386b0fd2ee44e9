"""operating_points.csv: what each rule of answering costs, faces refused against wrong words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from happysad.experiments.reporting.tables.aggregate import scored
from happysad.pipeline.evaluation.abstention import RejectBand, choose_reject_band, choose_threshold

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "dataset", "split", "model", "rule", "low", "high", "n", "coverage", "error", "recall_happy",
    "recall_sad", "balanced_accuracy", "rejected_happy", "rejected_sad", "rejected_neutral",
]  # fmt: skip

NOT_REPORTED = ("train",)


def operating_points(answers: pd.DataFrame, max_error: float) -> pd.DataFrame:
    """Each model under the rules "0.5", "balanced" and "max error" with the number.

    Thresholds are chosen on the validation part of the data set and applied to every part; the
    rows of the validation part itself are therefore too good. Without one, only "0.5" is left.
    ``error``, the recalls and ``balanced_accuracy`` are of the faces answered; a number that has
    nothing to be of is NaN.

    Parameters
    ----------
    answers : pandas.DataFrame
        As ``pooling.pool`` gives them.
    max_error : float
        Of the answers given, the share that may be wrong.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    reported = answers[~answers["split"].isin(NOT_REPORTED)]
    for (dataset, split, model), part in reported.groupby(["dataset", "split", "model"]):
        same = (answers["dataset"] == dataset) & (answers["model"] == model)
        val = scored(answers[same & (answers["split"] == "val")])
        for rule, band in _rules(val, max_error):
            axes = {"dataset": dataset, "split": split, "model": model, "rule": rule}
            rows.append({**axes, "low": band.low, "high": band.high, **measure(part, band)})
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def _rules(val: pd.DataFrame, max_error: float) -> Iterator[tuple[str, RejectBand]]:
    yield "0.5", RejectBand(0.5, 0.5)
    if len(val):
        labels, p_happy = val["label"].tolist(), val["p_happy"].tolist()
        threshold = choose_threshold(labels, p_happy)
        yield "balanced", RejectBand(threshold, threshold)
        yield f"max error {max_error:g}", choose_reject_band(labels, p_happy, max_error)


def measure(part: pd.DataFrame, band: RejectBand) -> dict[str, Any]:
    """What a band does to the faces of a part: shares of them, NaN where there are none."""
    labels = part["label"].to_numpy(str)
    said = band.answer(part["p_happy"].to_numpy(float))
    answered, known = said != "unsure", np.isin(labels, ("happy", "sad"))
    recalls = {
        label: _share(said == label, answered & (labels == label)) for label in ("happy", "sad")
    }
    return {
        "n": len(part),
        "coverage": _share(answered, np.ones(len(part), bool)),
        "error": _share(said != labels, answered & known),
        "recall_happy": recalls["happy"],
        "recall_sad": recalls["sad"],
        "balanced_accuracy": (recalls["happy"] + recalls["sad"]) / 2,
        **{
            f"refused_{label}": _share(~answered, labels == label)
            for label in ("happy", "sad", "neutral")
        },
    }


def _share(so: Any, of: Any) -> float:
    return float(so[of].mean()) if of.any() else float("nan")
