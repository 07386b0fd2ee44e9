"""Sentences of the report, each put together from the numbers of the run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from happysad.experiments.reporting.figures.abstention_figure import refused_shares, unsure_rows
from happysad.experiments.reporting.figures.confident_errors import MOST, worst_answers
from happysad.experiments.reporting.figures.forest_figure import LEVEL, p_text
from happysad.experiments.reporting.figures.style import kind_of

if TYPE_CHECKING:
    from happysad.experiments.reporting.tables.run_tables import RunTables


def score(value: float) -> str:
    """A score as the README's table shows it, nothing where there is none."""
    return "" if value is None or math.isnan(value) else f"{value:.3f}"


def with_interval(run: RunTables, model: str, metric: str, images: str = "all") -> str:
    """``0.960 [0.931, 0.982]``; without the brackets where no interval is known."""
    rows = run.intervals(model, images=images)
    rows = rows[rows["metric"] == metric] if len(rows) else rows
    if len(rows):
        row = rows.iloc[0]
        return f"{score(row['value'])} [{score(row['low'])}, {score(row['high'])}]"
    scores = run.scores()
    if images != "all" or metric not in scores:
        return ""
    own = scores[scores["model"] == model]
    return score(own[metric].iloc[0]) if len(own) else ""


def answer(run: RunTables) -> str:
    """The answer in two or three sentences; "" where no model was chosen."""
    scores = run.scores()
    if scores.empty or run.best not in set(scores["model"]):
        return ""
    where = "on the validation part" if run.reported == "test" else "in cross-validation"
    said = [
        f"{run.best} does best {where}; on the {_n(scores)} {_kind(run)} images its "
        f"accuracy is {with_interval(run, run.best, 'accuracy')}{_bracket(run)}.",
        *_difference(run),
    ]
    top = scores.iloc[0]
    if top["model"] != run.best and run.reported == "test":
        said.append(
            f"{top['model']} is higher on the test part ({score(top['accuracy'])}), but the "
            "choice was made without looking there."
        )
    return " ".join([*said, *_unsure(run)])


def _kind(run: RunTables) -> str:
    return "test" if run.reported == "test" else "held-out"


def part_name(run: RunTables) -> str:
    """What the reported images are called."""
    return "test part" if run.reported == "test" else "images held out in folds"


def _n(scores: Any) -> str:
    return str(int(scores["n_test"].iloc[0]))


def _bracket(run: RunTables) -> str:
    return " (95% interval)" if len(run.intervals(run.best)) else ""


def _difference(run: RunTables) -> list[str]:
    """The best against the CNN, or where the best is that CNN, the runner-up against it."""
    rows = run.part("comparisons")
    rows = rows[rows["against_is"] == "cnn"] if len(rows) else rows
    if rows.empty:
        return []
    if run.best in set(rows["model"]):
        row = rows[rows["model"] == run.best].iloc[0]
        return [f"Against {row['against']}, {compared(row.to_dict())}."]
    others = rows[[kind_of(str(name)) == "handcrafted" for name in rows["model"]]]
    names = [name for name in run.shown(99) if name in set(others["model"])]
    if not names:
        return []
    row = others[others["model"] == names[0]].iloc[0]
    return [f"Of the handcrafted models {names[0]} comes next: {compared(row.to_dict())}."]


def compared(row: Mapping[Any, Any]) -> str:
    """A row of ``comparisons.csv`` in words."""
    by = row["difference"]
    if by == 0:
        return "its accuracy is equal"
    p = p_text(row["p_corrected"])
    told = f"{p} after correction for the number of comparisons"
    chance = "which could be chance" if row["p_corrected"] >= LEVEL else "hardly chance"
    return (
        f"its accuracy is {score(abs(by))} {'higher' if by > 0 else 'lower'} "
        f"[{score(row['low'])}, {score(row['high'])}], {chance} ({told})"
    )


def _unsure(run: RunTables) -> list[str]:
    rows = unsure_rows(run.part("operating_points"))
    rows = rows[rows["model"] == run.best] if len(rows) else rows
    if rows.empty:
        return []
    row = rows.iloc[0]
    if not row["coverage"]:
        return [f'No thresholds keep to "{row["rule"]}" on the validation part: all is "unsure".']
    return [
        f'Where it may say "unsure" (rule "{row["rule"]}", thresholds from the {_source(run)}), '
        f"it answers {row['answered']:.1%} of the {_kind(run)} images and is wrong on "
        f"{row['error']:.1%} of those."
    ]


def _source(run: RunTables) -> str:
    """Where the thresholds come from."""
    return "validation part" if run.reported == "test" else "same images, which flatters"


def scores_caption(run: RunTables) -> str:
    """What the bars say."""
    scores = run.scores()
    top, low = scores.iloc[0], scores.iloc[-1]
    said = (
        f"From {top['model']} ({score(top['accuracy'])}) down to {low['model']} "
        f"({score(low['accuracy'])})."
    )
    rows = run.intervals(str(top["model"]))
    rows = rows[rows["metric"] == "accuracy"] if len(rows) else rows
    if len(rows):
        width = (rows["high"].iloc[0] - rows["low"].iloc[0]) / 2
        said += (
            f" The black lines are 95% intervals: with {_n(scores)} images the accuracy at the top "
            f"is known to about ±{score(width)}."
        )
    return said


def matrices_caption(run: RunTables) -> str:
    """Which class is missed more often."""
    scores = run.scores()
    chosen = scores[scores["model"] == run.best]
    row = (chosen if len(chosen) else scores).iloc[0]
    return (
        f"{row['model']} calls {int(row['fn'])} of {int(row['tp'] + row['fn'])} happy faces sad "
        f"and {int(row['fp'])} of {int(row['tn'] + row['fp'])} sad faces happy. Blue is right, "
        "orange is wrong; the darker, the larger the share of the true class."
    )


def curves_caption(run: RunTables) -> str:
    """Areas of the best and of the CNN."""
    names = [run.best, *(name for name in run.shown() if kind_of(name) == "cnn")]
    known = [name for name in dict.fromkeys(names) if with_interval(run, name, "roc_auc")]
    areas = ", ".join(f"{name} {with_interval(run, name, 'roc_auc')}" for name in known)
    area = f"Area under the curve: {areas}. " if areas else ""
    return (
        f"{area}A curve nearer the upper left corner is better at every threshold. The bands "
        "hold the middle 95% of curves over resampled images."
    )


def calibration_caption(run: RunTables) -> str:
    """How far the probabilities are from the truth."""
    scores = run.scores()
    shown = scores[scores["model"].isin(run.shown())]
    said = (
        "On the dotted line p_happy is what it says: of the faces with 0.8, 8 in 10 are happy. "
        "Lines are 95% intervals; below, how often each value is given."
    )
    if "calibration_error" not in shown or shown["calibration_error"].isna().all():
        return said
    ranked = shown.sort_values("calibration_error")
    first, last = ranked.iloc[0], ranked.iloc[-1]
    if len(ranked) == 1:
        return f"{said} Calibration error: {score(first['calibration_error'])}."
    return (
        f"{said} Calibration error: from {score(first['calibration_error'])} ({first['model']}) "
        f"to {score(last['calibration_error'])} ({last['model']})."
    )


def leaks(run: RunTables) -> str:
    """What a leaked image is, and what leaving them out does to the best model."""
    scores = run.scores()
    name = run.best or str(scores["model"].iloc[0])
    before = with_interval(run, name, "accuracy")
    after = with_interval(run, name, "accuracy", "not leaked")
    told = f" Without them the accuracy of {name} is {after} in place of {before}." if after else ""
    return (
        "A test image is leaked where the training part holds a near-duplicate of it: a model can "
        f"know it by heart.{told}"
    )


def coverage(run: RunTables) -> str:
    """In how many faces of each class of the test part a face was found."""
    said = "An image in which no face is found is read whole, never dropped."
    rows = run.part("coverage")
    if rows.empty:
        return said
    told = " and ".join(
        f"{row['share_found']:.1%} of the {int(row['n'])} {row['label']} images"
        for row in rows.to_dict("records")
    )
    return (
        f"{said} A face is found in {told} of the {part_name(run)}. "
        "Where one class is found less often, leaving such images out would flatter the scores."
    )


def refused_caption(run: RunTables) -> str:
    """Who is refused by the best model."""
    shares = refused_shares(run["operating_points"])
    if run.best not in shares.index:
        return ""
    own = shares.loc[run.best].dropna()
    told = ", ".join(f"{value:.1%} of the {name} faces" for name, value in own.items())
    end = ""
    if "neutral" in own:
        end = (
            " A neutral face is neither, so the longer its bar against the other two, the more "
            "honest the model."
        )
    return f'{run.best} answers "unsure" for {told}.{end}'


def training_caption(run: RunTables) -> str:
    """Where each CNN was best on held-out faces."""
    said = []
    for name, own in run["training"].groupby("model", sort=False):
        fit = own[(own["fold"] == own["fold"].iloc[0]) & (own["seed"] == own["seed"].iloc[0])]
        fit = fit[fit["condition"] == fit["condition"].iloc[0]]
        if fit["val_loss"].isna().all():
            continue
        at = fit.sort_values("val_loss", kind="stable").iloc[0]
        said.append(
            f"{name}: lowest held-out loss {score(at['val_loss'])} in epoch {int(at['epoch'])} "
            f"of {int(fit['epoch'].max())} (training loss there {score(at['train_loss'])})"
        )
    gap = "Where the held-out loss rises while the training loss falls, it learns by heart."
    return f"{'; '.join(said)}. {gap}" if said else gap


def faces_caption(run: RunTables) -> str:
    """How many are wrong, and whose pictures these are."""
    answers = run.answers(model=run.best)
    wrong = len(worst_answers(answers))
    shown = f"The {MOST} surest" if wrong > MOST else "All that can be read"
    return (
        f"{run.best} is wrong on {wrong} of {len(answers)} {_kind(run)} images. "
        f"{shown} are shown, the surest first: some will be labelled wrongly. "
        "These are images of your own data: mind whose faces they are before you pass this file on."
    )
