"""What follows from a run of ``learning_curve``: a tidy table, a figure, the report, the screen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.runner.run_folder import read_rows
from happysad.utils.atomic_files import atomic_write

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["dataset", "split", "model", "n", "seeds", "mean", "low", "high"]

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
    """Accuracy of each part, model and size over the seeds.

    Parameters
    ----------
    results : frame
        The rows of ``results.csv``.

    Returns
    -------
    frame
        With the columns ``COLUMNS``: ``n`` the size asked for, ``seeds`` how many fits, and
        mean, lowest and highest accuracy.
    """
    good = results[results["status"] == "ok"]
    sizes = [int(text.removeprefix("n=")) for text in good["condition"]]
    by = good.assign(n=sizes).groupby(["dataset", "split", "model", "n"])["accuracy"]
    table = by.agg(["size", "mean", "min", "max"]).reset_index()
    names = {"size": "seeds", "min": "low", "max": "high"}
    return table.rename(columns=names)[COLUMNS]


def curve_lines(table: pd.DataFrame) -> list[list[str]]:
    """Header and a line for each size: accuracy of each model on the test part."""
    rows = table[table["split"] == "test"]
    models = list(dict.fromkeys(rows["model"]))
    lines = [["images", *models]]
    for n, own in rows.groupby("n"):
        cells = {row["model"]: _cell(row) for row in own.to_dict("records")}
        lines.append([str(n), *(cells.get(model, "") for model in models)])
    return lines


def _cell(row: Mapping[Any, Any]) -> str:
    spread = f" ({row['low']:.2f} to {row['high']:.2f})" if row["seeds"] > 1 else ""
    return f"{row['mean']:.3f}{spread}"


def save_curve(table: pd.DataFrame, path: Path) -> None:
    """Draw the curves of the test part."""
    from happysad.experiments.reporting.figures.line_figure import save_lines

    rows = table[table["split"] == "test"]
    save_lines(
        rows, path, x="n", y="mean", line="model", low="low", high="high", logx=True,
        title=f"{rows['dataset'].iloc[0]}: accuracy on the test part",
        xlabel="training images", ylabel="accuracy",
    )  # fmt: skip


def write_all(folder: Path) -> None:
    """Write ``learning_curve.csv``, the figure and the report of a run's folder."""
    from happysad.experiments.reporting.html.report import Section, write_report

    table = learning_table(read_rows(folder / "results.csv"))
    with atomic_write(folder / "learning_curve.csv") as beside:
        table.to_csv(beside, index=False, float_format="%.6g")
    figure = folder / "figures" / "learning_curve.png"
    if len(table):
        figure.parent.mkdir(exist_ok=True)
        save_curve(table, figure)
    section = Section(
        "Accuracy by number of training images",
        READING,
        figure=figure,
        lines=tuple(curve_lines(table)),
        caption=CAPTION,
    )
    data_set = str(table["dataset"].iloc[0]) if len(table) else folder.name
    title = f"Happy or sad: how many images of {data_set} are enough?"
    write_report(folder, title=title, sections=[section])


def print_curve(folder: Path) -> None:
    """Print the table of a run's folder, and what the folder holds."""
    from happysad.experiments.reporting.tables.plain_table import (
        print_failures,
        print_lines,
        print_written,
    )

    results = read_rows(folder / "results.csv")
    table = learning_table(results)
    if len(table):
        print_lines(curve_lines(table), READING)
    print_failures(results)
    print_written(folder, bool(len(table)), "learning_curve.csv")
