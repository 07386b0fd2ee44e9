"""How do two other programs do on the images that our models were tested on?

Their scores, image by image, are in ``docs/results/peers/scores.csv``; the predictions of our
models are those of two finished runs. Every program is evaluated on the same images.
"""

from __future__ import annotations

import json
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click

from happysad.experiments.runner.run import names_of
from happysad.utils.atomic_files import atomic_write
from happysad.utils.console import exit_on_user_error, say
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

NAME = "peers"
MODELS = "fusion-stack,stack,cnn-pretrained,texture-svm"
REPORTED = "PrivateTest"
"""How names of files begin in the part of FER2013 that is for reporting."""


def compare_peers(run: Path, transfer: Path, scores: Path, models: str | None, out: Path) -> None:
    """Write ``peers.csv``, ``comparisons.csv``, ``run.json`` and a copy of the scores to a folder.

    ``run`` is the folder of ``happysad compare`` on FER2013, ``transfer`` that of
    ``cross_dataset``; no models means those of ``MODELS`` that are there.
    """
    import pandas as pd

    from happysad.experiments.datasets.peer_scores import peer_predictions, read_scores
    from happysad.experiments.reporting.per_experiment.peer_pairs import pair_table
    from happysad.experiments.reporting.per_experiment.peers import score_table

    known = read_scores(scores)
    own = run_predictions(run)
    ours = pd.concat([own, transfer_predictions(transfer, str(own["dataset"].iloc[0]))])
    chosen = _chosen(ours, models)
    ours = ours[ours["model"].isin(chosen)]
    predictions = pd.concat([peer_predictions(ours, known), ours], ignore_index=True)
    for name, table in (
        ("scores", known),
        ("peers", score_table(predictions)),
        ("comparisons", pair_table(predictions, chosen)),
    ):
        with atomic_write(out / f"{name}.csv") as beside:
            table.to_csv(beside, index=False, float_format="%.6g")
    _describe(out, run, transfer)


def run_predictions(folder: Path) -> pd.DataFrame:
    """Predictions of a comparison: of the test part, and of the neutral faces of the same part."""
    from happysad.experiments.datasets.neutral_faces import SPLIT
    from happysad.experiments.reporting.tables.aggregate import pool

    command = "happysad compare --config experiments/configs/fer2013/compare.toml"
    rows = pool(
        _rows(folder, "results.csv", "--run", command),
        _rows(folder, "predictions.csv", "--run", command),
    )
    tested = rows["split"].eq("test")
    if not tested.any():
        raise UserError(f"the run in {folder} has no predictions of a test part")
    reported = rows["image"].map(lambda path: PurePath(path).name.startswith(REPORTED))
    suffix = f" {REPORTED}" if reported[tested].all() else ""
    rows = rows[tested | (rows["split"].eq(SPLIT) & reported)]
    return rows.assign(tested_on=rows["dataset"] + suffix)


def transfer_predictions(folder: Path, fitted_on: str) -> pd.DataFrame:
    """Predictions of the models fitted on one data set for all others of a cross-data-set run."""
    from happysad.experiments.reporting.per_experiment.transfer_table import FITTED

    command = "happysad experiment cross-dataset"
    rows = _rows(folder, "predictions.csv", "--transfer", command)
    rows = rows[rows["condition"].eq(FITTED + fitted_on) & rows["dataset"].ne(fitted_on)]
    if rows.empty:
        raise UserError(f"the run in {folder} has no model fitted on {fitted_on}")
    return rows.assign(tested_on=rows["dataset"])


def _chosen(predictions: pd.DataFrame, names: str | None) -> list[str]:
    """The models to compare; says where one of them has no predictions."""
    there = list(dict.fromkeys(predictions["model"]))
    wanted = names_of(names or MODELS)
    unknown = [name for name in wanted if name not in there]
    if unknown and (names or len(unknown) == len(wanted)):
        raise UserError(f"the runs have no model {unknown[0]}, but {', '.join(there)}")
    for tested, part in predictions.groupby("tested_on", sort=False):
        for name in wanted:
            if name not in set(part["model"]):
                say(f"{tested}: there are no predictions of {name}")
    return [name for name in wanted if name in there]


def _rows(folder: Path, name: str, option: str, command: str) -> pd.DataFrame:
    """A table of a finished run; UserError where there is none, or it was cut."""
    from happysad.experiments.reporting.model_card.publish import finished_facts
    from happysad.experiments.runner.run_folder import read_rows

    if not (folder / "run.json").exists():
        raise UserError(f"there is no run in {folder}: name one with {option}, or type {command}")
    finished_facts(folder)
    try:
        return read_rows(folder / name)
    except ValueError as error:
        raise UserError(str(error)) from None


def _describe(out: Path, *runs: Path) -> None:
    """Write ``run.json``: what was typed, the code, and where our predictions come from."""
    from happysad.experiments.reporting.model_card.publish import finished_facts
    from happysad.experiments.runner.run_folder import code_revision, command_line

    kept = ("command", "identity", "code")
    sources = [{key: finished_facts(run).get(key) for key in kept} for run in runs]
    facts = {"command": command_line(), "code": code_revision(), "answers_of": sources}
    with atomic_write(out / "run.json") as beside:
        beside.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def _print(folder: Path) -> None:
    from happysad.experiments.reporting.per_experiment import peer_pairs, peers
    from happysad.experiments.reporting.tables.run_tables import read_table
    from happysad.utils.tables import print_table

    print_table(peers.score_lines(read_table(folder / "peers.csv")), f"{peers.METHOD}\n")
    pairs = read_table(folder / "comparisons.csv")
    print_table(peer_pairs.pair_lines(pairs), f"{peer_pairs.METHOD}\n")
    print_table(peers.EFFORTS)
    print(f"written to {folder}: peers.csv, comparisons.csv")


@click.command(name="peers")
@click.option("--run", default="runs/fer2013", show_default=True, help="A comparison on FER2013.")
@click.option(
    "--transfer", default="runs/cross_dataset", show_default=True, help="A cross-data-set run."
)
@click.option("--scores", help="Of the other programs; the copy in docs/results/peers.")
@click.option("--model", "models", help=f"Names with commas between; those of {MODELS} there are.")
@click.option("--out", help="Folder to write; docs/results/peers, and then pages and card too.")
@exit_on_user_error
def main(run: str, transfer: str, scores: str | None, models: str | None, out: str | None) -> None:
    """Compare our models with two other programs, fer and face-api, on the same images.

    \b
    Examples:
      happysad experiment peers --run runs/fer2013 --out runs/peers
      python experiments/peers.py --model fusion-svm
    """
    from happysad.experiments.reporting.model_card import publish

    home = publish.RESULTS / NAME
    folder = Path(out or (home if home.is_dir() else "runs/peers"))
    known = Path(scores) if scores else home / "scores.csv"
    compare_peers(Path(run), Path(transfer), known, models, folder)
    _print(folder)
    if folder.resolve() == home.resolve():
        print(*publish.fill_pages(NAME), publish.write_card(), sep="\n")


if __name__ == "__main__":
    main()
