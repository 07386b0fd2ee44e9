"""What is known of the models that come along: tables from the predictions of their run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.interval_table import interval_table, interval_text
from happysad.experiments.reporting.pooling import groups_of, scored
from happysad.experiments.run_folder import read_rows
from happysad.experiments.ship_units import ALONE, FOLDS, SHIPPED, UNWEIGHTED, WITHOUT
from happysad.features.files import atomic_write

if TYPE_CHECKING:
    import pandas as pd

METRICS = (
    "accuracy", "balanced_accuracy", "recall_happy", "recall_sad", "roc_auc", "brier",
    "calibration_error",
)  # fmt: skip

PLACE = ["condition", "dataset", "split"]
BINS = 5


def write_tables(folder: Path) -> None:
    """Write ``scores``, ``tested``, ``reliability``, ``format_check`` and ``thresholds.csv``, and
    the report."""
    from happysad.experiments.reporting.report import Section, write_report
    from happysad.experiments.reporting.threshold_table import threshold_table

    answers = scored(read_rows(folder / "predictions.csv"))
    facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    tables = {
        "scores": score_table(answers),
        "tested": place_table(answers),
        "reliability": reliability_table(answers),
        "format_check": format_check(answers, facts["config"]["formats_apart"]),
        "thresholds": threshold_table(answers),
    }
    for name, table in tables.items():
        with atomic_write(folder / f"{name}.csv") as beside:
            table.to_csv(beside, index=False, float_format="%.6g")
    sections = [Section("Tested", lines=tuple(shipped_lines(tables["scores"])))]
    if len(tables["format_check"]):
        lines = tuple(format_lines(tables["format_check"]))
        sections.append(Section("Does the format show?", FORMATS_SAID, lines=lines))
    write_report(folder, title="The models that come along", sections=sections)


def score_table(answers: pd.DataFrame) -> pd.DataFrame:
    """``METRICS`` with their intervals for each model, condition and place, a row each.

    ``images`` is as in ``interval_table``. For the shipped models an image is leaked as soon as
    its group holds one that they were fitted on.
    """
    import pandas as pd

    tables = []
    for condition, part in answers.groupby("condition", sort=False):
        if condition == SHIPPED:
            fitted = set(answers.loc[answers["condition"] == FOLDS, "group"])
            part = part.assign(leaked=["yes" if g in fitted else "" for g in part["group"]])
        elif not str(condition).startswith(ALONE):
            part = part.assign(leaked="")  # nobody is on both sides
        table = interval_table(part)
        table = table[table["metric"].isin(METRICS)]
        tables.append(table.assign(condition=condition))
    joined = pd.concat(tables, ignore_index=True)
    return joined[["condition", *joined.columns.drop("condition")]]


def place_table(answers: pd.DataFrame) -> pd.DataFrame:
    """What each place holds: images of each class, groups, and faces found in each class."""
    import pandas as pd

    rows = []
    for place, part in answers.groupby(PLACE, sort=False):
        part = part[part["model"] == part["model"].iloc[0]]
        row: dict[str, Any] = dict(zip(PLACE, place, strict=True))
        row |= {"n": len(part), "groups": len(set(groups_of(part)))}
        for label in ("happy", "sad"):
            own = part[part["label"] == label]
            row[label] = len(own)
            row[f"face_found_{label}"] = int((own["face"] == "detected").sum())
        rows.append(row)
    return pd.DataFrame(rows)


def reliability_table(answers: pd.DataFrame) -> pd.DataFrame:
    """Share of happy faces in each fifth of p_happy, of the shipped and cross-validated models."""
    import pandas as pd

    from happysad.pipeline.calibration import reliability

    kept = answers[answers["condition"].isin([SHIPPED, FOLDS])]
    axes = ["model", *PLACE]
    tables = []
    for place, part in kept.groupby(axes, sort=False):
        table = reliability(part["label"].tolist(), part["p_happy"].tolist(), BINS)
        for name, value in zip(axes, place, strict=True):
            table[name] = str(value)
        tables.append(table)
    if not tables:
        return pd.DataFrame()
    joined = pd.concat(tables, ignore_index=True)
    return joined[[*axes, *joined.columns.drop(axes)]]


FORMATS_SAID = (
    "Chance that, of two faces of one class in two formats, the one in the first format gets the "
    "higher p_happy; 0.5 where the format does not show. Formats are also of unequal difficulty, "
    "so the figure of the model that never saw these data stands beside it."
)


def format_check(answers: pd.DataFrame, apart: list[str]) -> pd.DataFrame:
    """Whether p_happy tells the format among the faces of one class: an AUC a pair and class."""
    import pandas as pd
    from sklearn.metrics import roc_auc_score

    rows = []
    for (model, condition), part in answers.groupby(["model", "condition"], sort=False):
        for one, other in _pairs(list(dict.fromkeys(part["dataset"])), apart):
            for label in ("happy", "sad"):
                own = part[part["dataset"].isin([one, other]) & (part["label"] == label)]
                first = (own["dataset"] == one).to_numpy(bool)
                if first.any() and not first.all():
                    auc = float(roc_auc_score(first, own["p_happy"]))
                    axes = {"model": model, "condition": condition, "images": f"{one}, {other}"}
                    counts = {"n_first": int(first.sum()), "n_second": int((~first).sum())}
                    rows.append({**axes, "label": label, **counts, "auc": auc})
    return pd.DataFrame(rows)


def _pairs(pieces: list[str], apart: list[str]) -> Iterator[tuple[str, str]]:
    for name in apart:
        own = sorted(piece for piece in pieces if piece.startswith(f"{name} "))
        yield from ((a, b) for i, a in enumerate(own) for b in own[i + 1 :])


def format_lines(table: pd.DataFrame) -> list[list[str]]:
    """The check as a table of texts."""
    lines = [["model", "how", "formats", "class", "images", "AUC"]]
    for row in table.to_dict("records"):
        images = f"{row['n_first']:.0f}, {row['n_second']:.0f}"
        words = [str(row[name]) for name in ("model", "condition", "images", "label")]
        lines.append([*words, images, f"{row['auc']:.3f}"])
    return lines


def shipped_lines(scores: pd.DataFrame) -> list[list[str]]:
    """Balanced accuracy and AUC of each model wherever it was tested, with their intervals."""
    lines = [["model", "how", "tested on", "images", "balanced accuracy", "AUC"]]
    whole = scores[(scores["images"] == "all") & (scores["metric"] == "roc_auc")]
    for model in dict.fromkeys(whole["model"]):
        for place in _in_order(whole[whole["model"] == model]):
            own = of_place(scores, place["condition"], place["dataset"])
            texts = [
                interval_text(own, str(model), metric, place["split"])
                for metric in ("balanced_accuracy", "roc_auc")
            ]
            tested = f"{place['dataset']} {place['split']}"
            lines.append([str(model), place["condition"], tested, f"{place['n']:.0f}", *texts])
    return lines


def of_place(scores: pd.DataFrame, condition: str, dataset: str) -> pd.DataFrame:
    """The rows of ``scores.csv`` of one condition and piece."""
    return scores[(scores["condition"] == condition) & (scores["dataset"] == dataset)]


def _in_order(rows: pd.DataFrame) -> list[dict[str, Any]]:
    def rank(row: dict[str, Any]) -> int:
        starts = (ALONE, SHIPPED, UNWEIGHTED, FOLDS, WITHOUT)
        return next(i for i, start in enumerate(starts) if row["condition"].startswith(start))

    found = [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
    return sorted(found, key=rank)


def print_shipped(folder: Path) -> None:
    """Print what the run found, and what its folder holds."""
    from happysad.experiments.reporting.plain_table import print_failures, print_lines
    from happysad.experiments.reporting.run_tables import read_table

    print_lines(shipped_lines(read_table(folder / "scores.csv")))
    check = read_table(folder / "format_check.csv")
    if len(check):
        print()
        print_lines(format_lines(check), FORMATS_SAID)
    print_failures(read_rows(folder / "results.csv"))
    print(f"written to {folder}: models, scores.csv, report.html")
