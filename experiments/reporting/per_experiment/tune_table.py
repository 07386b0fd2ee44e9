"""What a search found: candidates.csv, nested.csv, the printed tables, the report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.figures.line_figure import save_lines
from happysad.experiments.reporting.formats import frame_cells
from happysad.experiments.reporting.html.report import Section, write_report
from happysad.experiments.reporting.tables.result_table import print_failures, print_written
from happysad.experiments.reporting.tables.run_tables import write_table
from happysad.experiments.runner.run_folder import read_rows
from happysad.pipeline.models.registry import short_name
from happysad.utils.tables import print_table

_NESTED = (
    "In each outer fold the settings are searched without the images held out, and the model is "
    "fitted with what was found and tested on those. That is what tuning is worth; the score of "
    "the best candidate below was chosen as the best of many and is too high."
)
_CANDIDATES = (
    "The best on all of the train part, without calibration of the probabilities. Candidates "
    "whose scores differ by less than a standard deviation are as good as each other."
)
_NOT_SETTINGS = ("model", "fold", "n_faces", "mean", "sd", "rank", "fit_s")


def recipe_path(folder: Path, model: str) -> Path:
    """The recipe file of a model's best settings."""
    # In a recipe's name a plus begins a variant.
    return folder / f"tuned-{short_name(model).replace('+', '-')}.toml"


def add_candidates(folder: Path, model: str, fold: int, table: pd.DataFrame) -> None:
    """Put the candidates of one search below those of others in candidates.csv."""
    before = read_candidates(folder)
    mine = table.assign(model=model, fold=fold)
    if len(before):
        same = (before["model"] == model) & (before["fold"] == fold)
        mine = pd.concat([before[~same], mine], ignore_index=True)
    settings = [name for name in mine.columns if name not in _NOT_SETTINGS]
    columns = ["model", "fold", *settings, *_NOT_SETTINGS[2:]]
    write_table(mine[columns], folder / "candidates.csv")


def read_candidates(folder: Path) -> pd.DataFrame:
    """The rows of candidates.csv; none where it is absent."""
    path = folder / "candidates.csv"
    return pd.read_csv(path) if path.exists() else pd.DataFrame()


def best_settings(
    folder: Path, model: str, fold: int, space: Mapping[str, list[Any]]
) -> dict[str, Any]:
    """The settings that a search found before; empty where it was not done."""
    table = read_candidates(folder)
    if len(table):
        table = table[(table["model"] == model) & (table["fold"] == fold) & (table["rank"] == 1)]
    if table.empty:
        return {}
    row = table.iloc[0]
    # The value as it was searched: a CSV file makes numbers of another kind of them.
    return {name: next(v for v in values if str(v) == str(row[name]) or v == row[name])
            for name, values in space.items()}  # fmt: skip


def nested_rows(folder: Path) -> pd.DataFrame:
    """For each model the mean scores on the outer folds, with its own settings and tuned."""
    if not (folder / "results.csv").exists():
        return pd.DataFrame()
    results = read_rows(folder / "results.csv")
    good = results[results["status"] == "ok"]
    rows = []
    for (model, condition), own in good.groupby(["model", "condition"]):
        row: dict[str, Any] = {"model": model, "settings": condition or "as in the recipe"}
        for name in ("balanced_accuracy", "roc_auc"):
            row[f"{name}_mean"], row[f"{name}_sd"] = own[name].mean(), own[name].std()
        rows.append(row | {"n_folds": len(own), "fit_s": own["fit_s"].mean()})
    return pd.DataFrame(rows, columns=columns_of("nested"))


def finish_tuning(folder: Path) -> None:
    """Write nested.csv, the report, and a figure of each search that has two settings."""
    nested = nested_rows(folder)
    sections = []
    if len(nested):
        write_table(nested, folder / "nested.csv")
        sections.append(
            Section("What is tuning worth?", _NESTED, table=nested, csv=("nested.csv",))
        )
    for model, own in _final(folder):
        figure = folder / "figures" / f"search-{model.replace('+', '-')}.png"
        _draw(own, figure, model)
        shown = own.rename(columns=_short).head(20)
        sections.append(
            Section(f"Candidates for {model}", _CANDIDATES, figure, shown, csv=("candidates.csv",))
        )
    write_report(folder, title="Which settings are best?", sections=sections)


def _final(folder: Path) -> list[tuple[str, pd.DataFrame]]:
    """Each model with the candidates of the search on all of the train part, the best first."""
    table = read_candidates(folder)
    found = []
    for model in dict.fromkeys(table["model"] if len(table) else []):
        own = table[(table["model"] == model) & (table["fold"] == 0)]
        own = own.drop(columns=["model", "fold"]).dropna(axis="columns", how="all")
        found.append((str(model), own.sort_values("rank", kind="stable")))
    return found


def _draw(own: pd.DataFrame, path: Path, model: str) -> None:
    """The score over the first setting, a line for each value of the second."""
    settings = [name for name in own.columns if name not in _NOT_SETTINGS]
    if len(settings) != 2 or own["n_faces"].nunique() > 1:
        return
    x, second = settings
    if own[x].nunique() < 2:  # points, and no line
        return
    line = [f"{_short(second)} {value:g}" if isinstance(value, int | float) else str(value)
            for value in own[second]]  # fmt: skip
    rows = own.assign(line=line).sort_values(x)
    ends = {"low": rows["mean"] - rows["sd"], "high": rows["mean"] + rows["sd"]}
    save_lines(
        rows.assign(**ends), path, x=x, y="mean", line="line", low="low", high="high",
        title=f"{model}: score in cross-validation, with one standard deviation",
        xlabel=_short(x), ylabel="score", logx=True,
    )  # fmt: skip


def _short(name: str) -> str:
    return name.rpartition("__")[2]


def print_tuning(folder: Path) -> None:
    """Print what tuning is worth, the best candidates, and how to use what was found."""
    nested = nested_rows(folder)
    if len(nested):
        print("nested cross-validation within the train part:")
        print_table(frame_cells(nested))
    for model, own in _final(folder):
        print(f"\n{model}, the best candidates:")
        print_table(frame_cells(own.rename(columns=_short).head(5)))
        print(f"happysad compare --models {model},{recipe_path(folder, model)}")
    if (folder / "results.csv").exists():
        results = read_rows(folder / "results.csv")
        folds = [f"fold {fold}" for fold in results["fold"]]
        print_failures(results.assign(fold=folds), "fold")
    print_written(folder, ["candidates.csv", "nested.csv", "report.html"])
