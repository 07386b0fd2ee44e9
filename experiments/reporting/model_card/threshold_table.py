"""thresholds.csv: where the shipped models say "unsure", and what that does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.model_card.per_dataset_tables import FOLDS, SHIPPED
from happysad.pipeline.evaluation.abstention import RejectBand

if TYPE_CHECKING:
    import pandas as pd

Cells = list[list[str]]

COLUMNS = (
    "model", "dataset", "n", "max_error", "low", "high", "coverage", "test_n", "test_coverage",
    "wrong_happy", "wrong_sad", "unsure_happy", "unsure_sad",
)  # fmt: skip


def threshold_table(answers: pd.DataFrame) -> pd.DataFrame:
    """A row for each model and error that it can keep to.

    The thresholds are chosen on the cross-validated answers, and then tried on the test part of
    the same data set.

    Returns
    -------
    pandas.DataFrame
        ``model``, ``dataset``, ``n``, and what ``band_entries`` gives; of the test part
        ``test_n``, ``test_coverage``, ``wrong_happy`` and ``wrong_sad`` (of the faces called so,
        the share that is not), ``unsure_happy`` and ``unsure_sad`` (of each class).
    """
    import pandas as pd

    from happysad.pipeline.model_files.card_thresholds import band_entries

    rows: list[dict[str, Any]] = []
    folds = answers[answers["condition"] == FOLDS]
    for (model, dataset), own in folds.groupby(["model", "dataset"], sort=False):
        test = answers[
            (answers["condition"] == SHIPPED)
            & (answers["model"] == model)
            & (answers["dataset"] == dataset)
        ]
        for entry in band_entries(own["label"].tolist(), own["p_happy"].tolist()):
            row = {"model": model, "dataset": dataset, "n": len(own), **entry}
            rows.append(row | _tried(RejectBand(entry["low"], entry["high"]), test))
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def _tried(band: RejectBand, test: pd.DataFrame) -> dict[str, float]:
    said, label = band.answer(test["p_happy"].to_numpy()), test["label"].to_numpy()
    tried: dict[str, float] = {"test_n": len(test), "test_coverage": _share(said != "unsure")}
    for name in ("happy", "sad"):
        tried[f"wrong_{name}"] = _share(label[said == name] != name)
        tried[f"unsure_{name}"] = _share(said[label == name] == "unsure")
    return tried


def _share(true: Any) -> float:
    return float(true.mean()) if len(true) else float("nan")


def threshold_lines(table: pd.DataFrame) -> Cells:
    """The same for readers, on the test part."""
    lines = [
        [
            "model", "error to keep to", "sad below", "happy from", "coverage",
            "wrong of those called happy", "wrong of those called sad",
        ]
    ]  # fmt: skip
    for row in table.to_dict("records"):
        low = f"{row['low']:.3f}" if row["low"] > 0 else "never"
        high = f"{row['high']:.3f}" if row["high"] <= 1 else "never"
        names = ("test_coverage", "wrong_happy", "wrong_sad")
        shares = ["-" if row[name] != row[name] else f"{row[name]:.3f}" for name in names]
        lines.append([f"`{row['model']}`", f"{row['max_error']:g}", low, high, *shares])
    return lines
