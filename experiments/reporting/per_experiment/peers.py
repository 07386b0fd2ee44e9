"""Two other programs beside our models on the same images: their scores, and what each took."""

from __future__ import annotations

import math

import pandas as pd

from happysad.experiments.datasets.neutral_faces import SPLIT
from happysad.experiments.datasets.peer_scores import PEERS
from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.formats import Cells, score_name, with_interval
from happysad.experiments.reporting.per_experiment.transfer_table import FEW
from happysad.experiments.reporting.tables.aggregate import groups_of, labelled
from happysad.experiments.reporting.tables.interval_table import score_columns

MEASURED = "2026-11-27"

SHOWN = ("accuracy", "balanced_accuracy", "roc_auc")

METHOD = (
    f"Measured on {MEASURED} with the weights that these programs install, happy against sad by "
    "the larger of their two scores, the whole image taken for the face; their AUC ranks by the "
    "share of the happy score in the sum of the two. Every program answers the same images. Our "
    "models were fitted on FER2013's Training alone. In brackets 95% bootstrap intervals, all "
    "images of a person drawn together."
)

EFFORTS = [
    ["program", "installed", "CPU ms a photograph", "in the way"],
    ["happysad (stack)", "0.94 GB", "15", "-"],
    ["happysad (texture-svm)", "0.94 GB", "10", "-"],
    [PEERS["fer"], "7.5 GB", "22", "the import that its README shows fails"],
    [
        PEERS["faceapi"],
        "0.32 GB",
        "not measured",
        "TensorFlow.js is needed and not declared; it decodes no image files in Node.js",
    ],
]
"""Measured on ``MEASURED``: all files installed (fer's as its README installs it), and the CPU
time of a whole answer to a 350x350 photograph."""


CAN = {
    "stack": ["yes", "yes", "yes"],
    "texture-svm": ["yes", "yes", "yes"],
    PEERS["fer"]: ["no", "no", "no"],
    PEERS["faceapi"]: ["no", "no", "no"],
}
"""Of each program of the first table: it says "unsure", learns from a folder, finds leaks."""


def first_lines(scores: pd.DataFrame) -> Cells:
    """The README's first table: accuracy and AUC on each test set, what it takes, what it can."""
    tests = {"fer2013 PrivateTest": "FER2013", "muxspace grey 350x350": "news and films"}
    heads = [
        f"{short}, {score}" for short in tests.values() for score in ("balanced accuracy", "AUC")
    ]
    can = ['says "unsure"', "learns from your folder", "finds leaks"]
    lines = [["program", *heads, "installed", "CPU ms a photograph", *can]]
    shown = scores.set_index(["model", "tested_on"])[["balanced_accuracy", "roc_auc"]].astype(float)
    efforts = {line[0].removeprefix("happysad (").rstrip(")"): line[1:3] for line in EFFORTS[1:]}
    for program, able in CAN.items():
        rows = shown.loc[[(program, tested) for tested in tests]].to_numpy()
        cells = [f"{score:.3f}" for score in rows.ravel()]
        ours = program not in PEERS.values()
        name = f"**happysad**, `{program}`" if ours else program
        lines.append([name, *cells, *efforts[program], *able])
    return lines


def score_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """``peers.csv``: scores with their intervals, a row a test set and program.

    Neutral faces are not scored: ``neutral_called_happy`` is the share that is called happy.
    """
    rows = []
    for tested, there in predictions.groupby("tested_on", sort=False):
        for model, part in there.groupby("model", sort=False):
            own, neutral = labelled(part), part[part["label"] == SPLIT]
            row = {"tested_on": tested, "model": model, "n": len(own), "n_neutral": len(neutral)}
            row |= {"n_people": len(set(groups_of(own))), **score_columns(own, SHOWN)}
            row["neutral_called_happy"] = float((neutral["predicted"] == "happy").mean())
            rows.append(row)
    return pd.DataFrame(rows, columns=columns_of("peers/peers"))


def score_lines(scores: pd.DataFrame) -> Cells:
    """``score_table`` as texts, ordered by test set and then by balanced accuracy."""
    lines = [
        ["tested on", "program", "images", *map(score_name, SHOWN), "neutral faces called happy"]
    ]
    for tested in dict.fromkeys(scores["tested_on"] if len(scores) else []):
        own = scores[scores["tested_on"] == tested]
        for row in own.sort_values("balanced_accuracy", ascending=False).to_dict("records"):
            share, n = row["neutral_called_happy"], row["n_neutral"]
            neutral = "-" if math.isnan(share) else f"{share:.2f} of {n:,.0f}"
            few = f" ({row['n_people']:.0f} people)" if row["n_people"] < FEW else ""
            cells = [
                with_interval(*(row[f"{metric}{end}"] for end in ("", "_low", "_high")))
                for metric in SHOWN
            ]
            name, count = str(row["model"]), f"{row['n']:,.0f}"
            lines.append([f"{tested}{few}", name, count, *cells, neutral])
    return lines
