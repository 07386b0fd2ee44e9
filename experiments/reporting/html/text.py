"""Sentences of the report beside its figures and tables, from the numbers of the run."""

from __future__ import annotations

import math

from happysad.experiments.reporting.figures.abstention_figure import rejected_shares
from happysad.experiments.reporting.figures.image_grids import MOST, confident_errors
from happysad.experiments.reporting.figures.model_styles import kind_of
from happysad.experiments.reporting.figures.style import limits
from happysad.experiments.reporting.formats import number
from happysad.experiments.reporting.tables.run_tables import RunTables


def part_name(run: RunTables) -> str:
    """What the reported images are called."""
    return "test part" if run.reported == "test" else "images held out in folds"


def images_of(run: RunTables, n: int | None = None) -> str:
    """So many images of the reported part, as "200 test images"."""
    n = int(run.scores()["n_test"].iloc[0]) if n is None else n
    return f"{n} {'test' if run.reported == 'test' else 'held-out'} images"


def scores_caption(run: RunTables) -> str:
    scores = run.scores()
    ends = [
        f"{row['model']} ({number(row['accuracy'])})" for _, row in scores.iloc[[0, -1]].iterrows()
    ]
    caption = f"From {ends[0]} down to {ends[1]}."
    low, high = limits(run.part("intervals"), str(scores["model"].iloc[0]), "accuracy")
    if not math.isnan(low):
        n = int(scores["n_test"].iloc[0])
        caption += (
            f" The black lines are 95% intervals: with {n} images the accuracy at the top "
            f"is known to about ±{number((high - low) / 2)}."
        )
    return caption


def matrices_caption(run: RunTables) -> str:
    """Which class is missed more often."""
    scores = run.scores()
    chosen = scores[scores["model"] == run.best]
    row = (chosen if len(chosen) else scores).iloc[0]
    several = f", of {run.seeds} seeds together" if run.seeds > 1 else ""
    return (
        f"{row['model']} calls {row['fn']:.0f} of {row['tp'] + row['fn']:.0f} happy faces sad "
        f"and {row['fp']:.0f} of {row['tn'] + row['fp']:.0f} sad faces happy{several}. "
        "Green is right, purple is wrong; the darker, the larger the share of the true class."
    )


def curves_caption(run: RunTables) -> str:
    names = dict.fromkeys([run.best, *(n for n in run.shown() if kind_of(n) == "cnn")])
    texts = {name: run.score_text(name, "roc_auc") for name in names}
    areas = ", ".join(f"{name} {text}" for name, text in texts.items() if text)
    return (
        f"Area under the curve: {areas}. "
        * bool(areas)
        + "A curve nearer the upper left corner is better at every threshold. The bands "
        f"hold the middle 95% of curves over resampled images.{left_out(run)}"
    )


def left_out(run: RunTables) -> str:
    """How many models the figures of lines leave out, and of which seed they are."""
    every, shown = len(run.scores()), len(run.shown())
    said = (
        f" {shown} of {every} models are shown: the best, the CNNs and the best of each family, "
        "not the dummy."
    )
    seed = f" Of the {run.seeds} seeds it is the first."
    return said * (0 < shown < every) + seed * (run.seeds > 1)


def calibration_caption(run: RunTables) -> str:
    """How far the probabilities are from the truth."""
    scores = run.scores()
    caption = (
        "On the dotted line p_happy is what it says: of the faces with 0.8, 8 in 10 are happy. "
        f"Lines are 95% intervals; below, how often each value is given.{left_out(run)}"
    )
    shown = scores[scores["model"].isin(run.shown())].sort_values("calibration_error")
    errors = shown["calibration_error"]
    if errors.isna().all():
        return caption
    if len(shown) == 1:
        return f"{caption} Calibration error: {number(errors.iloc[0])}."
    return (
        f"{caption} Calibration error: from {number(errors.iloc[0])} ({shown['model'].iloc[0]}) "
        f"to {number(errors.iloc[-1])} ({shown['model'].iloc[-1]})."
    )


def leaks(run: RunTables) -> str:
    """What a leaked image is, and what leaving them out does to the best model."""
    name = run.best or str(run.scores()["model"].iloc[0])
    before, after = (run.score_text(name, "accuracy", images) for images in ("all", "not leaked"))
    effect = f" Without them the accuracy of {name} is {after} in place of {before}."
    return (
        "A test image is leaked where the training part holds a near-duplicate of it, whatever its "
        "label there, which a model can memorise." + (effect if after else "")
    )


def face_detection(run: RunTables) -> str:
    """In how many faces of each class of the reported part a face was found."""
    caption = "An image in which no face is found is read whole, never dropped."
    rows = run.part("face_detection")
    if rows.empty:
        return caption
    rates = " and ".join(
        f"{row['detection_rate']:.1%} of the {row['n']:.0f} {row['label']} images"
        for row in rows.to_dict("records")
    )
    return (
        f"{caption} A face is found in {rates} of the {part_name(run)}. "
        "Where one class is found less often, leaving such images out would flatter the scores."
    )


def rejected_caption(run: RunTables) -> str:
    """Who is rejected by the best model."""
    shares = rejected_shares(run["operating_points"])
    if run.best not in shares.index:
        return ""
    own = shares.loc[run.best].dropna()
    rates = ", ".join(f"{value:.1%} of the {name} faces" for name, value in own.items())
    neutral = (
        " A neutral face is neither, so the longer its bar against the other two, the more honest "
        "the model."
    )
    return f'{run.best} answers "unsure" for {rates}.{neutral * ("neutral" in own)}'


def training_caption(run: RunTables) -> str:
    """Where each CNN was best on the validation faces."""
    axes = ["fold", "seed", "condition"]
    lowest = []
    for name, own in run["training"].groupby("model", sort=False):
        fit = own[(own[axes] == own[axes].iloc[0]).all(axis=1)]
        if fit["val_loss"].notna().any():
            at = fit.sort_values("val_loss", kind="stable").iloc[0]
            lowest.append(
                f"{name}: lowest validation loss {number(at['val_loss'])} in epoch "
                f"{at['epoch']:.0f} of {fit['epoch'].max():.0f} (training loss there "
                f"{number(at['train_loss'])})"
            )
    gap = "Where the validation loss rises while the training loss falls, it overfits."
    return f"{'; '.join(lowest)}. {gap}" if lowest else gap


def errors_caption(run: RunTables) -> str:
    """How many are wrong, and whose pictures these are."""
    predictions = run.predictions(model=run.best)
    wrong = len(confident_errors(predictions))
    shown = f"The {MOST} most confident" if wrong > MOST else "All that can be read"
    return (
        f"{run.best} is wrong on {wrong} of {images_of(run, len(predictions))}. "
        f"{shown} are shown, the most confident first: some will be labelled wrongly. "
        "These are images of your own data: mind whose faces they are before you pass this file on."
    )
