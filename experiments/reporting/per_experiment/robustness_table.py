"""What follows from a run of ``robustness``: a tidy table, two figures, the report, the screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.experiments.perturbations.changed_faces import CLEAN, condition_of
from happysad.experiments.perturbations.registry import CHANGES
from happysad.experiments.runner.run_folder import read_rows
from happysad.utils.atomic_files import atomic_write

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "dataset", "split", "model", "change", "strength", "n_test", "share_found", "accuracy",
    "balanced_accuracy", "lost",
]  # fmt: skip

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
    """A row for each model, change and strength; the clean images have change "" and strength 0.

    Parameters
    ----------
    results : frame
        The rows of ``results.csv``.

    Returns
    -------
    frame
        With the columns ``COLUMNS``; ``lost`` is the accuracy on the clean images minus this one.
        Models in alphabetical order, changes and strengths in that of ``CHANGES``.
    """
    import pandas as pd

    good = results[results["status"] == "ok"]
    place = {(c, s): (i, k) for i, c in enumerate(CHANGES) for k, s in enumerate(_strengths(c))}
    rows: list[dict[Any, Any]] = []
    for row in good.to_dict("records"):
        text = row["condition"]
        change, strength = (CLEAN, 0.0) if text == CLEAN else condition_of(text)
        found = 1 - row["n_full_frame"] / row["n_test"]
        order = place.get((change, strength), (-1, -1))
        rows.append({**row, "change": change, "strength": strength, "share_found": found,
                     "_order": order})  # fmt: skip
    if not rows:
        return pd.DataFrame(columns=pd.Index(COLUMNS))
    table = pd.DataFrame(rows).sort_values(["model", "_order"], ignore_index=True)
    clean = table[table["change"] == CLEAN].set_index("model")["accuracy"]
    return table.assign(lost=table["model"].map(clean) - table["accuracy"])[COLUMNS]


def _strengths(change: str) -> tuple[float, ...]:
    return CHANGES[change].strengths


def summary_lines(table: pd.DataFrame) -> list[list[str]]:
    """Header and a line for each change: mean accuracy over its strengths and what is lost."""
    models = list(dict.fromkeys(table["model"]))
    lines = [["change", "face found", *models]]
    for change in [CLEAN, *CHANGES]:
        rows = table[table["change"] == change]
        if rows.empty:
            continue
        means = rows.groupby("model")[["accuracy", "lost"]].mean()
        cells = [_cell(means, model, lost=change != CLEAN) for model in models]
        lines.append([change or "clean", f"{rows['share_found'].mean():.2f}", *cells])
    return lines


def _cell(means: pd.DataFrame, model: str, lost: bool) -> str:
    if model not in means.index:
        return ""
    gone = f" ({-means['lost'][model]:+.3f})" if lost else ""
    return f"{means['accuracy'][model]:.3f}{gone}"


def save_robustness(table: pd.DataFrame, path: Path) -> None:
    """Draw a panel for each change, with a line a model from clean to the strongest change."""
    import pandas as pd

    from happysad.experiments.reporting.figures.line_figure import save_lines

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
    """Write ``falloff.csv``, the figures and the report of a run's folder."""
    from happysad.experiments.reporting.figures.perturbation_sheet import save_contact_sheet
    from happysad.experiments.reporting.html.report import Section, write_report

    table = robustness_table(read_rows(folder / "results.csv"))
    with atomic_write(folder / "falloff.csv") as beside:
        table.to_csv(beside, index=False, float_format="%.6g")
    curves, sheet = (folder / "figures" / name for name in ("falloff.png", "changes.png"))
    changes = [change for change in dict.fromkeys(table["change"]) if change != CLEAN]
    if changes:
        curves.parent.mkdir(exist_ok=True)
        save_robustness(table, curves)
        save_contact_sheet(sheet, changes)
    sections = [
        Section("Fall-off", READING, figure=curves, lines=tuple(summary_lines(table)),
                caption=CAPTION),
        Section("What the changes look like", figure=sheet, caption=SHEET),
    ]  # fmt: skip
    data_set = str(table["dataset"].iloc[0]) if len(table) else folder.name
    title = f"Happy or sad: how models fall off on {data_set}"
    write_report(folder, title=title, sections=sections)


def print_robustness(folder: Path) -> None:
    """Print the table of a run's folder, and what the folder holds."""
    from happysad.experiments.reporting.tables.plain_table import (
        print_failures,
        print_lines,
        print_written,
    )

    results = read_rows(folder / "results.csv")
    table = robustness_table(results)
    if len(table):
        print_lines(summary_lines(table), READING)
    print_failures(results)
    print_written(folder, bool(len(table)), "falloff.csv")
