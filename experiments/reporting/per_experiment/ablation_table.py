"""What an ablation found: importance.csv, ablation.csv, the printed table, figures, the report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.runner.run_folder import read_rows
from happysad.utils.atomic_files import atomic_write

if TYPE_CHECKING:
    import pandas as pd

COMPLETE = "all blocks"

_BLOCKS = (
    "The blocks that are left count as much together as all do, so that one kernel serves them "
    "all. Last column: accuracy on the test part minus that with all blocks, on the same images."
)
_IMPORTANCE = (
    "The values of a group of features are dealt out anew among the validation faces; what the "
    "scores lose by it is what the model drew from that group alone. Groups overlap, and what "
    "one group says another often says too (the slopes between landmarks say all that their "
    "coordinates do): a small drop does not mean that a feature is useless. 'alone' is the AUC "
    "of a single measure as it is, without any model: below 0.5, sad faces have the higher "
    "values."
)


def add_importance(folder: Path, model: str, table: pd.DataFrame) -> None:
    """Put a model's importances in the place of those it had in importance.csv."""
    import pandas as pd

    before = read_importance(folder)
    kept = [before[before["model"] != model]] if len(before) else []
    joined = pd.concat([*kept, table.assign(model=model)])
    columns = ["model", *(name for name in joined.columns if name != "model")]
    with atomic_write(folder / "importance.csv") as beside:
        joined[columns].sort_values("model", kind="stable").to_csv(beside, index=False)


def read_importance(folder: Path) -> pd.DataFrame:
    """The rows of importance.csv; none where it is absent."""
    import pandas as pd

    path = folder / "importance.csv"
    return pd.read_csv(path) if path.exists() else pd.DataFrame()


def ablation_rows(folder: Path) -> pd.DataFrame:
    """A row for each model and condition: scores on both parts, and the loss of accuracy."""
    import pandas as pd

    results = read_rows(folder / "results.csv")
    results = results[results["status"] == "ok"]
    answers = read_rows(folder / "predictions.csv")
    rows = []
    for model, own in results.groupby("model", sort=False):
        conditions = sorted(set(own["condition"]), key=_order)
        for condition in conditions:
            row: dict[str, Any] = {"model": model, "features": condition or COMPLETE}
            for split in ("val", "test"):
                (score,) = own[(own["condition"] == condition) & (own["split"] == split)].to_dict(
                    "records"
                )
                row[f"{split} balanced"] = score["balanced_accuracy"]
                row[f"{split} AUC"] = score["roc_auc"]
                if "" in conditions:
                    row |= _difference(answers, str(model), condition, split)
            row["fit_s"] = score["fit_s"]
            rows.append(row)
    return pd.DataFrame(rows)


def _order(condition: str) -> tuple[bool, bool, str]:
    return bool(condition), condition.endswith(" alone"), condition


def _difference(
    answers: pd.DataFrame, model: str, condition: str, split: str
) -> dict[str, float | str]:
    """Accuracy minus that with all blocks, on one part, with its interval."""
    from happysad.experiments.reporting.tables.aggregate import groups_of, right
    from happysad.pipeline.evaluation.bootstrap import paired_interval

    names = {f"{split} {name}": "" for name in ("difference", "low", "high")}
    if not condition:
        return dict(names)
    part = answers[(answers["model"] == model) & (answers["split"] == split)]
    one, two = (
        part[part["condition"] == wanted].sort_values("image", kind="stable")
        for wanted in (condition, "")
    )
    low, high = paired_interval(right(one), right(two), groups_of(one))
    values = (float(right(one).mean() - right(two).mean()), low, high)
    return dict(zip(names, values, strict=True))


def finish_ablation(folder: Path) -> None:
    """Write ablation.csv, the figures and the report from the folder's rows."""
    from happysad.experiments.reporting.figures.importance_figure import save_importance
    from happysad.experiments.reporting.html.report import Section, write_report

    rows, importance = ablation_rows(folder), read_importance(folder)
    with atomic_write(folder / "ablation.csv") as beside:
        rows.to_csv(beside, index=False)
    sections = [Section("Blocks of features", _BLOCKS, lines=tuple(table_lines(rows)))]
    for model in dict.fromkeys(importance["model"] if len(importance) else []):
        own = importance[importance["model"] == model]
        figure = folder / "figures" / f"importance-{model}.png"
        save_importance(own, figure)
        shown = own.drop(columns=["model"]).dropna(axis="columns", how="all")
        sections.append(
            Section(f"What {model} draws from which features", _IMPORTANCE, figure, shown)
        )
    write_report(folder, title="Which features carry it?", sections=sections)


def table_lines(rows: pd.DataFrame) -> list[list[str]]:
    """The table as texts, header first."""
    header = ["model", "features", "val balanced", "val AUC", "test balanced", "test AUC",
              "its accuracy minus that of all"]  # fmt: skip
    lines = [header]
    for row in rows.to_dict("records"):
        numbers = [f"{row[name]:.3f}" for name in header[2:6]]
        ends = [row.get(f"test {name}", "") for name in ("difference", "low", "high")]
        gained = ""
        value, low, high = (float("nan" if end == "" else end) for end in ends)
        if value == value:  # all blocks are not compared with themselves
            gained = f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"
        lines.append([str(row["model"]), str(row["features"]), *numbers, gained])
    return lines


def print_ablation(folder: Path) -> None:
    """Print the table of blocks and the groups of features that matter most."""
    from rich.console import Console

    from happysad.experiments.reporting.tables.plain_table import print_lines

    console = Console(highlight=False)
    results = read_rows(folder / "results.csv")
    rows = ablation_rows(folder)
    if len(rows):
        print_lines(table_lines(rows))
    importance = read_importance(folder)
    if len(importance):
        top = importance[importance["group"] != "all"]
        top = top.sort_values("roc_auc_drop", ascending=False, kind="stable").head(10)
        lines = [["model", "block", "permuted", "columns", "balanced lost", "AUC lost"]]
        for row in top.to_dict("records"):
            lost = [f"{row[f'{name}_drop']:+.3f}" for name in ("balanced_accuracy", "roc_auc")]
            texts = [str(row[name]) for name in ("model", "block", "group", "n_columns")]
            lines.append([*texts, *lost])
        console.print()
        print_lines(lines)
    for row in results[results["status"] == "error"].to_dict("records"):
        text = f"{row['model']} {row['condition']} failed: {row['reason']}"
        console.print(text, soft_wrap=True, markup=False)
    written = "ablation.csv, importance.csv, report.html"
    console.print(f"written to {folder}: {written}", soft_wrap=True, markup=False)
