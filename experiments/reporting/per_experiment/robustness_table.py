"""What follows from a run of ``robustness``: a tidy table, two figures, the report, the screen."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from happysad.experiments.perturbations.changed_faces import CLEAN, condition_of
from happysad.experiments.perturbations.registry import CHANGES
from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.figures.image_grids import save_contact_sheet
from happysad.experiments.reporting.figures.line_figure import save_lines
from happysad.experiments.reporting.html.report import Section, write_report
from happysad.experiments.reporting.tables.result_table import print_findings
from happysad.experiments.reporting.tables.run_tables import write_table
from happysad.experiments.runner.run_folder import read_rows

CAPTION = (
    "Accuracy as each change grows from left to right, its strengths at equal distances. Models "
    "on handcrafted features are solid lines, CNNs dashed."
)
SHEET = (
    "A built-in face, the clean one on top. The frame is the face that the detector finds, or "
    "under shift the box that is given in its place; without a frame it finds none, and the whole "
    "image is taken for a face."
)
READING = (
    "Mean accuracy over the five strengths of each change, and in brackets what is lost against "
    "the clean images. Face found: mean share of the images in which the detector finds a face. "
    "Where it finds none the whole image is taken for one, which costs little on tight crops."
)


def robustness_table(results: pd.DataFrame) -> pd.DataFrame:
    """``robustness.csv``: a row for each model, change and strength; clean images have change "".

    Models are in alphabetical order, changes and strengths in that of ``CHANGES``.
    """
    order = [
        (CLEAN, 0.0),
        *((name, s) for name, change in CHANGES.items() for s in change.strengths),
    ]
    rows = results[results["status"] == "ok"]
    at = [(CLEAN, 0.0) if text == CLEAN else condition_of(text) for text in rows["condition"]]
    place = [order.index(here) if here in order else 0 for here in at]
    rows = rows.assign(change=[c for c, _ in at], strength=[s for _, s in at], place=place)
    rows = rows.sort_values(["model", "place"], ignore_index=True)
    clean = rows[rows["change"] == CLEAN].set_index("model")["accuracy"]
    table = rows.assign(
        detection_rate=1 - (rows["n_full_frame"] / rows["n_test"]).astype(float),
        accuracy_drop=rows["model"].map(clean) - rows["accuracy"],
    )
    return pd.DataFrame(table, columns=columns_of("robustness"))


def summary_lines(table: pd.DataFrame) -> list[list[str]]:
    """Header and a line for each change: mean accuracy over its strengths and what is lost."""
    models = list(dict.fromkeys(table["model"]))
    lines = [["change", "face found", *models]]
    for change in [CLEAN, *CHANGES]:
        rows = table[table["change"] == change]
        if len(rows):
            found = f"{rows['detection_rate'].mean():.2f}"
            means = rows.groupby("model")[["accuracy", "accuracy_drop"]].mean()
            cells = {
                name: f"{accuracy:.3f}" + (f" ({-drop:+.3f})" if change != CLEAN else "")
                for name, accuracy, drop in means.itertuples()
            }
            lines.append([change or "clean", found, *(cells.get(model, "") for model in models)])
    return lines


def save_robustness(table: pd.DataFrame, path: Path) -> None:
    """Draw a panel for each change, with a line a model from clean to the strongest change."""
    parts = []
    clean = table[table["change"] == CLEAN].assign(x="clean")
    for change in dict.fromkeys(table["change"]):
        if change != CLEAN:
            own = table[table["change"] == change]
            part = pd.concat([clean, own.assign(x=[f"{s:g}" for s in own["strength"]])])
            parts.append(part.assign(panel=f"{change}\n{CHANGES[change].unit}"))
    if parts:
        data_set, split, n = table.iloc[0][["dataset", "split", "n_test"]]
        title = f"{data_set}: {n} images of the {split} part under changes"
        save_lines(
            pd.concat(parts, ignore_index=True), path, x="x", y="accuracy", line="model",
            panel="panel", title=title, xlabel="strength", ylabel="accuracy",
        )  # fmt: skip


def write_all(folder: Path) -> None:
    """Write ``robustness.csv``, the figures and the report of a run's folder."""
    table = robustness_table(read_rows(folder / "results.csv"))
    write_table(table, folder / "robustness.csv", digits=6)
    curves, sheet = (folder / "figures" / name for name in ("robustness.png", "changes.png"))
    changes = [change for change in dict.fromkeys(table["change"]) if change != CLEAN]
    if changes:
        save_robustness(table, curves)
        save_contact_sheet(sheet, changes)
    lines = summary_lines(table)
    sections = [
        Section(
            "Accuracy under changes",
            READING,
            figure=curves,
            lines=lines,
            caption=CAPTION,
            csv=("robustness.csv",),
        ),
        Section("What the changes look like", figure=sheet, caption=SHEET),
    ]
    data_set = str(table["dataset"].iloc[0]) if len(table) else folder.name
    title = f"Happy or sad: how robust models are on {data_set}"
    write_report(folder, title=title, sections=sections)


def print_robustness(folder: Path) -> None:
    """Print the table of a run's folder, and what the folder holds."""
    results = read_rows(folder / "results.csv")
    table = robustness_table(results)
    lines = summary_lines(table) if len(table) else []
    print_findings(folder, results, lines, READING, "robustness.csv")
