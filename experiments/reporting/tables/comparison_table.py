"""comparisons.csv: every model against the best and against the CNN, on the same images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.tables.aggregate import groups_of, right, scored
from happysad.experiments.runner.results_writer import best_model
from happysad.pipeline.evaluation.bootstrap import paired_interval
from happysad.pipeline.evaluation.significance import holm, mcnemar

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "dataset", "split", "model", "against", "against_is", "n", "only_model_right",
    "only_other_right", "p", "p_corrected", "difference", "low", "high",
]  # fmt: skip

KEY = ["fold", "image"]


def comparison_table(results: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """McNemar's test and the difference in accuracy with its paired bootstrap interval.

    The best and the best CNN are those of the validation part. The p-values are corrected for
    the number of different pairs in a part: the best against the CNN is one comparison, though it
    has two rows.

    Parameters
    ----------
    results : pandas.DataFrame
        To choose the best by.
    answers : pandas.DataFrame
        As ``pooling.pool`` gives them.
    """
    import pandas as pd

    measured = results[results["model"].isin(set(answers["model"])) & (results["condition"] == "")]
    cnns = measured[measured["model"].astype(str).str.startswith("cnn")]
    others = {"best": best_model(measured), "cnn": best_model(cnns)}
    rows: list[dict[str, Any]] = []
    for (dataset, split), part in scored(answers).groupby(["dataset", "split"]):
        made = _rows(part, others)
        rows += [{"dataset": dataset, "split": split, **row} for row in corrected(made)]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def _rows(part: pd.DataFrame, others: dict[str, str]) -> list[dict[str, Any]]:
    models = {str(model): rows for model, rows in part.groupby("model")}
    return [
        {"model": model, "against": other, "against_is": why, **compare_pair(rows, models[other])}
        for why, other in others.items()
        if other in models
        for model, rows in models.items()
        if model != other
    ]


def compare_pair(model: pd.DataFrame, other: pd.DataFrame) -> dict[str, Any]:
    """McNemar's test of two models' answers to the same images, and the difference in accuracy."""
    # Of an image that is listed twice, the first answer is paired with the first.
    both = [rows.assign(copy=rows.groupby(KEY).cumcount()) for rows in (model, other)]
    pairs = both[0].merge(both[1][[*KEY, "copy", "predicted"]], on=[*KEY, "copy"])
    ours = right(pairs.assign(predicted=pairs["predicted_x"]))
    theirs = right(pairs.assign(predicted=pairs["predicted_y"]))
    only_ours, only_theirs, p = mcnemar(ours, theirs)
    low, high = paired_interval(ours, theirs, groups_of(pairs))
    return {
        "n": len(pairs),
        "only_model_right": only_ours,
        "only_other_right": only_theirs,
        "p": p,
        "difference": (only_ours - only_theirs) / len(pairs) if len(pairs) else float("nan"),
        "low": low,
        "high": high,
    }


def corrected(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with ``p_corrected``, by Holm's method for the number of different pairs."""
    pairs = {frozenset((row["model"], row["against"])): row["p"] for row in rows}
    by_pair = dict(zip(pairs, holm(list(pairs.values())).tolist(), strict=True))
    return [
        row | {"p_corrected": by_pair[frozenset((row["model"], row["against"]))]} for row in rows
    ]
