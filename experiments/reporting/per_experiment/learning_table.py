"""What follows from a run of ``learning_curve``: a tidy table, a figure, the report, the screen."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.figures.line_figure import save_lines
from happysad.experiments.reporting.html.report import Section, write_report
from happysad.experiments.reporting.tables.result_table import print_findings
from happysad.experiments.reporting.tables.run_tables import write_table
from happysad.experiments.runner.run_folder import read_rows

READING = (
    "Accuracy on the test part by number of training images: the mean over the seeds, and the "
    "lowest and highest of them where there are several."
)
CAPTION = (
    "Accuracy on the test part by number of training images (logarithmic). Lines are means over "
    "the seeds, each with images of its own, and bands reach from the lowest to the highest. There "
    "is but one draw of all images."
)


def learning_table(results: pd.DataFrame) -> pd.DataFrame:
    """``learning_curve.csv``: accuracy of each part, model and size over the seeds."""
    good = results[results["status"] == "ok"]
    sizes = [int(text.removeprefix("n=")) for text in good["condition"]]
    by = good.assign(n_train=sizes).groupby(["dataset", "split", "model", "n_train"])["accuracy"]
    table = by.agg(n_seeds="size", accuracy_mean="mean", accuracy_min="min", accuracy_max="max")
    return table.reset_index()[columns_of("learning_curve")]


def curve_lines(table: pd.DataFrame) -> list[list[str]]:
    """Header and a line for each size: accuracy of each model on the test part."""
    rows = table[table["split"] == "test"]
    models = list(dict.fromkeys(rows["model"]))
    lines = [["images", *models]]
    for n, own in rows.groupby("n_train"):
        cells = {}
        for row in own.to_dict("records"):
            spread = f" ({row['accuracy_min']:.2f} to {row['accuracy_max']:.2f})"
            cells[row["model"]] = f"{row['accuracy_mean']:.3f}{spread * (row['n_seeds'] > 1)}"
        lines.append([f"{n:.0f}", *(cells.get(model, "") for model in models)])
    return lines


def save_curve(table: pd.DataFrame, path: Path) -> None:
    """Draw the curves of the test part."""
    rows = table[table["split"] == "test"]
    save_lines(
        rows, path, x="n_train", y="accuracy_mean", line="model", low="accuracy_min",
        high="accuracy_max", logx=True, xlabel="training images", ylabel="accuracy",
        title=f"{rows['dataset'].iloc[0]}: accuracy on the test part",
    )  # fmt: skip


def write_all(folder: Path) -> None:
    """Write ``learning_curve.csv``, the figure and the report of a run's folder."""
    table = learning_table(read_rows(folder / "results.csv"))
    write_table(table, folder / "learning_curve.csv", digits=6)
    figure = folder / "figures" / "learning_curve.png"
    if table["n_train"].nunique() > 1:
        save_curve(table, figure)
    lines, words = curve_lines(table), "Accuracy by number of training images"
    csv = ("learning_curve.csv",)
    section = Section(words, READING, figure=figure, lines=lines, caption=CAPTION, csv=csv)
    data_set = str(table["dataset"].iloc[0]) if len(table) else folder.name
    title = f"Happy or sad: how many images of {data_set} are enough?"
    write_report(folder, title=title, sections=[section])


def print_curve(folder: Path) -> None:
    """Print the table of a run's folder, and what the folder holds."""
    results = read_rows(folder / "results.csv")
    table = learning_table(results)
    lines = curve_lines(table) if len(table) else []
    print_findings(folder, results, lines, READING, "learning_curve.csv")
