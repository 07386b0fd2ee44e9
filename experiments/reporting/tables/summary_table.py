"""summary.csv: a row a model, the table of a run that the screen and the report show."""

from __future__ import annotations

import pandas as pd

from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.figures.model_styles import kind_of
from happysad.experiments.reporting.figures.style import limits
from happysad.experiments.reporting.tables.run_tables import RunTables

NOT_LEARNED, AT_CHANCE = "has not learned", "not clearly above chance"

FLAT = 0.9
"""A training loss that never falls below this share of its first one has stayed flat."""


def summary_table(run: RunTables) -> pd.DataFrame:
    """The scores of each model on the part that is reported, the most accurate first.

    Of several seeds they are means, and ``accuracy_sd`` is the standard deviation over them.
    """
    scores, columns = run.scores(), columns_of("summary")
    if scores.empty:
        return pd.DataFrame(columns=columns)
    models, intervals = scores["model"].astype(str), run.part("intervals")
    ends = [limits(intervals, model, "accuracy") for model in models]
    notes = model_notes(run)
    table = scores.assign(
        chosen=models.eq(run.best).map({True: "yes", False: ""}),
        n_seeds=run.seeds,
        n_folds=run.folds,
        accuracy_low=[low for low, _ in ends],
        accuracy_high=[high for _, high in ends],
        accuracy_sd=models.map(_over_seeds(run)),
        note=[notes.get(model, "") for model in models],
    )
    return table.reindex(columns=columns)


def _over_seeds(run: RunTables) -> pd.Series[float]:
    """By model, the standard deviation over seeds of the accuracy on all images of the folds."""
    rows = run.part("results")
    rows = rows[rows["condition"] == ""]
    right = (rows["tp"] + rows["tn"]).groupby([rows["model"], rows["seed"]]).sum()
    images = rows["n_test"].groupby([rows["model"], rows["seed"]]).sum()
    return (right / images).groupby("model").std()


def model_notes(run: RunTables) -> dict[str, str]:
    """What has to be said of models that are no better than chance; the dummy is meant to be so.

    The test is the 95% interval of the balanced accuracy. A CNN with such a one has not learned if
    its training loss stayed flat, or each of its fits gives all faces one answer.
    """
    notes = {}
    intervals = run.part("intervals")
    for model in run.scores()["model"] if len(intervals) else []:
        low, _ = limits(intervals, model, "balanced_accuracy")
        if low <= 0.5 and kind_of(model) != "chance":
            guesses = kind_of(model) == "cnn" and (
                stayed_flat(run, model) or _one_answer(run, model)
            )
            notes[str(model)] = NOT_LEARNED if guesses else AT_CHANCE
    return notes


def stayed_flat(run: RunTables, model: str) -> bool:
    """Whether a CNN's training loss hardly fell."""
    losses = training_losses(run, model)
    return losses is not None and losses[1] > FLAT * losses[0]


def _one_answer(run: RunTables, model: str) -> bool:
    rows = run.part("results")
    own = rows[(rows["model"] == model) & (rows["condition"] == "")]
    return bool(((own["tp"] + own["fp"] == 0) | (own["fn"] + own["tn"] == 0)).all())


def training_losses(run: RunTables, model: str) -> tuple[float, float] | None:
    """A CNN's training loss in the first epoch and its lowest, means over fits; None of others."""
    rows = run["training"]
    own = rows[(rows["model"] == model) & (rows["condition"] == "")] if len(rows) else rows
    if own.empty:
        return None
    fits = own.sort_values("epoch").groupby(["fold", "seed"])["train_loss"]
    return float(fits.first().mean()), float(fits.min().mean())
