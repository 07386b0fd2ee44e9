"""How do two other programs do on the images that our models were tested on?

Their scores, image by image, are in ``docs/results/peers/scores.csv``; our answers are those of
two finished runs. Every program is measured on the same images.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click

from happysad.experiments.datasets.neutral_faces import SPLIT
from happysad.experiments.datasets.peer_scores import peer_answers, read_scores
from happysad.experiments.maintenance import publish_results as publish
from happysad.experiments.reporting.per_experiment import peers as tables
from happysad.experiments.reporting.per_experiment.peer_pairs import SAID, pair_lines, pair_table
from happysad.experiments.runner.options import names_of
from happysad.utils.atomic_files import atomic_write
from happysad.utils.console import exit_on_user_error, say
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

NAME = "peers"
MODELS = "fusion-svm,texture-svm,cnn-resnet"
REPORTED = "PrivateTest"
"""How names of files begin in the part of FER2013 that is for reporting."""


def compare_peers(run: Path, transfer: Path, scores: Path, models: str | None, out: Path) -> None:
    """Write ``peers.csv``, ``comparisons.csv``, ``run.json`` and a copy of the scores to a folder.

    Parameters
    ----------
    run : Path
        Of ``happysad compare`` on FER2013, of which the test part and neutral faces are taken.
    transfer : Path
        Of ``cross_dataset``, of which the models fitted on the same data set are taken.
    scores : Path
        What the other programs answer.
    models : str, optional
        Names with commas between; without, those of ``MODELS`` that are there.

    Raises
    ------
    UserError
        A run or a model is not there, the scores cannot be read, or an image has none.
    """
    import pandas as pd

    kept = read_scores(scores)
    own = run_answers(run)
    ours = pd.concat([own, transfer_answers(transfer, str(own["dataset"].iloc[0]))])
    chosen = _chosen(ours, models)
    ours = ours[ours["model"].isin(chosen)]
    answers = pd.concat([peer_answers(ours, kept), ours], ignore_index=True)
    found = {
        "scores": kept,
        "peers": tables.score_table(answers),
        "comparisons": pair_table(answers, chosen),
    }
    for name, table in found.items():
        with atomic_write(out / f"{name}.csv") as beside:
            table.to_csv(beside, index=False, float_format="%.6g")
    _describe(out, run, transfer)


def run_answers(folder: Path) -> pd.DataFrame:
    """Predictions of a comparison: of the test part, and of the neutral faces of the same part."""
    from happysad.experiments.reporting.tables.aggregate import pool

    _see_that_it_is_there(
        folder, "--run", "happysad compare --config experiments/configs/fer2013/compare.toml"
    )
    rows = pool(_rows(folder, "results.csv"), _rows(folder, "predictions.csv"))
    if not rows["split"].eq("test").any():
        raise UserError(f"the run in {folder} has no answers to a test part")
    reported = rows["image"].map(lambda path: PurePath(path).name.startswith(REPORTED))
    tested = rows["split"].eq("test")
    called = f" {REPORTED}" if reported[tested].all() else ""
    rows = rows[tested | (rows["split"].eq(SPLIT) & reported)]
    return rows.assign(tested_on=rows["dataset"] + called)


def transfer_answers(folder: Path, fitted_on: str) -> pd.DataFrame:
    """Predictions of the models fitted on one data set for all others of a cross-data-set run."""
    from happysad.experiments.reporting.per_experiment.transfer_table import FITTED

    _see_that_it_is_there(folder, "--transfer", "python experiments/cross_dataset.py")
    rows = _rows(folder, "predictions.csv")
    rows = rows[rows["condition"].eq(FITTED + fitted_on) & rows["dataset"].ne(fitted_on)]
    if rows.empty:
        raise UserError(f"the run in {folder} has no model fitted on {fitted_on}")
    return rows.assign(tested_on=rows["dataset"])


def _chosen(answers: pd.DataFrame, asked: str | None) -> list[str]:
    """The models to compare; says where one of them has no answers."""
    there = list(dict.fromkeys(answers["model"]))
    wanted = names_of(asked or MODELS)
    unknown = [name for name in wanted if name not in there]
    if unknown and (asked or len(unknown) == len(wanted)):
        raise UserError(f"the runs have no model {unknown[0]}, but {', '.join(there)}")
    for tested, part in answers.groupby("tested_on", sort=False):
        for name in wanted:
            if name not in set(part["model"]):
                say(f"{tested}: there are no answers of {name}")
    return [name for name in wanted if name in there]


def _see_that_it_is_there(folder: Path, option: str, command: str) -> None:
    if not (folder / "run.json").exists():
        raise UserError(f"there is no run in {folder}: name one with {option}, or type {command}")
    publish.finished_facts(folder)


def _rows(folder: Path, name: str) -> pd.DataFrame:
    from happysad.experiments.runner.run_folder import read_rows

    try:
        return read_rows(folder / name)
    except ValueError as error:
        raise UserError(str(error)) from None


def _describe(out: Path, *runs: Path) -> None:
    """Write ``run.json``: what was typed, the code, and where our answers come from."""
    from happysad.experiments.runner.provenance import code_revision, command_line

    told = ("command", "identity", "code")
    sources = [{key: publish.finished_facts(run).get(key) for key in told} for run in runs]
    facts = {"command": command_line(), "code": code_revision(), "answers_of": sources}
    with atomic_write(out / "run.json") as beside:
        beside.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def _show(out: Path, written: Sequence[str]) -> None:
    from happysad.experiments.reporting.tables.plain_table import print_lines
    from happysad.experiments.reporting.tables.run_tables import read_table

    print_lines(tables.score_lines(read_table(out / "peers.csv")), f"{tables.SAID}\n")
    print_lines(pair_lines(read_table(out / "comparisons.csv")), f"{SAID}\n")
    print_lines(tables.effort_lines())
    print(f"written to {out}: peers.csv, comparisons.csv", *written, sep="\n")


@click.command(name="peers")
@click.option("--run", default="runs/fer2013", show_default=True, help="A comparison on FER2013.")
@click.option(
    "--transfer", default="runs/cross_dataset", show_default=True, help="A cross-data-set run."
)
@click.option("--scores", help="What the other programs answer; the copy in docs/results/peers.")
@click.option("--model", "models", help=f"Names with commas between; those of {MODELS} there are.")
@click.option("--out", help="Folder to write; docs/results/peers, and then README and card too.")
@exit_on_user_error
def main(run: str, transfer: str, scores: str | None, models: str | None, out: str | None) -> None:
    """Compare our models with two other programs, fer and face-api, on the same images."""
    home = publish.RESULTS / NAME
    folder = Path(out) if out else home
    known = Path(scores) if scores else home / "scores.csv"
    compare_peers(Path(run), Path(transfer), known, models, folder)
    written: list[str] = []
    if folder.resolve() == home.resolve():
        from happysad.experiments.shipping.card import write_card

        written = [*publish.fill_readme(NAME), write_card()]
    _show(folder, written)


if __name__ == "__main__":
    main()
