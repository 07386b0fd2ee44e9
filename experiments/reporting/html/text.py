"""Sentences of the report, each put together from the numbers of the run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from happysad.experiments.reporting.figures.abstention_figure import rejected_shares, unsure_rows
from happysad.experiments.reporting.figures.image_grids import MOST, confident_errors
from happysad.experiments.reporting.figures.style import kind_of, limits
from happysad.experiments.reporting.formats import LEVEL, number, p_text
from happysad.experiments.reporting.tables.run_tables import RunTables


def answer(run: RunTables) -> str:
    """The answer in two or three sentences; "" where no model was chosen."""
    scores = run.scores()
    if scores.empty or run.best not in set(scores["model"]):
        return ""
    where = "on the validation part" if run.reported == "test" else "in cross-validation"
    low, _ = limits(run.part("intervals"), run.best, "accuracy")
    bracket = "" if math.isnan(low) else " (95% interval)"
    sentences = [
        f"{run.best} does best {where}; on the {_images(run)} its accuracy is "
        f"{run.score_text(run.best, 'accuracy')}{bracket}.",
        _against_cnn(run),
    ]
    top = scores.iloc[0]
    if top["model"] != run.best and run.reported == "test":
        sentences.append(
            f"{top['model']} is higher on the test part ({number(top['accuracy'])}), but the "
            "choice was made without looking there."
        )
    sentences.append(_abstention(run))
    return " ".join(filter(None, sentences))


def part_name(run: RunTables) -> str:
    """What the reported images are called."""
    return "test part" if run.reported == "test" else "images held out in folds"


def _images(run: RunTables, n: int | None = None) -> str:
    n = int(run.scores()["n_test"].iloc[0]) if n is None else n
    return f"{n} {'test' if run.reported == 'test' else 'held-out'} images"


def _against_cnn(run: RunTables) -> str:
    """The best against the CNN, or where the best is that CNN, the runner-up against it."""
    rows = run.part("comparisons")
    rows = rows[rows["against_role"] == "cnn"].set_index("model") if len(rows) else rows
    if run.best in rows.index:
        row = rows.loc[run.best]
        return f"Against {row['against']}, {compared(row.to_dict())}."
    others = [name for name in run.shown(99) if kind_of(name) == "handcrafted"]
    name = next((name for name in others if name in rows.index), None)
    if name is None:
        return ""
    return f"Of the handcrafted models {name} comes next: {compared(rows.loc[name].to_dict())}."


def compared(row: Mapping[Any, Any]) -> str:
    """A row of ``comparisons.csv`` in words."""
    by, p = row["difference"], row["p_value_holm"]
    if by == 0:
        return "its accuracy is equal"
    chance = "which could be chance" if p >= LEVEL else "hardly chance"
    return (
        f"its accuracy is {number(abs(by))} {'higher' if by > 0 else 'lower'} "
        f"[{number(row['low'])}, {number(row['high'])}], {chance} "
        f"({p_text(p)} after correction for the number of comparisons)"
    )


def _abstention(run: RunTables) -> str:
    rows = unsure_rows(run.part("operating_points"))
    rows = rows[rows["model"] == run.best]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    if not row["coverage"]:
        return f'No thresholds keep to "{row["rule"]}" on the validation part: all is "unsure".'
    test = run.reported == "test"
    source = "validation part" if test else "same images, which flatters"
    return (
        f'Where it may say "unsure" (rule "{row["rule"]}", thresholds from the {source}), '
        f"it answers {row['coverage']:.1%} of the {'test' if test else 'held-out'} images and is "
        f"wrong on {row['error']:.1%} of those."
    )


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
    return (
        f"{row['model']} calls {row['fn']:.0f} of {row['tp'] + row['fn']:.0f} happy faces sad "
        f"and {row['fp']:.0f} of {row['tn'] + row['fp']:.0f} sad faces happy. Blue is right, "
        "orange is wrong; the darker, the larger the share of the true class."
    )


def curves_caption(run: RunTables) -> str:
    names = dict.fromkeys([run.best, *(n for n in run.shown() if kind_of(n) == "cnn")])
    texts = {name: run.score_text(name, "roc_auc") for name in names}
    areas = ", ".join(f"{name} {text}" for name, text in texts.items() if text)
    return (
        f"Area under the curve: {areas}. "
        * bool(areas)
        + "A curve nearer the upper left corner is better at every threshold. The bands "
        "hold the middle 95% of curves over resampled images."
    )


def calibration_caption(run: RunTables) -> str:
    """How far the probabilities are from the truth."""
    scores = run.scores()
    caption = (
        "On the dotted line p_happy is what it says: of the faces with 0.8, 8 in 10 are happy. "
        "Lines are 95% intervals; below, how often each value is given."
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
        f"{run.best} is wrong on {wrong} of {_images(run, len(predictions))}. "
        f"{shown} are shown, the most confident first: some will be labelled wrongly. "
        "These are images of your own data: mind whose faces they are before you pass this file on."
    )
