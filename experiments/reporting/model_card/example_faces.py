"""Where the shipped models fail, shown on built-in faces: a table and a picture each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image
from sklearn.pipeline import Pipeline

from happysad.experiments.perturbations.registry import CHANGES, changed_image, locate_face
from happysad.experiments.reporting.columns import columns_of
from happysad.experiments.reporting.figures.image_grids import image_axes, show_image
from happysad.experiments.reporting.figures.style import WIDTH, drawing
from happysad.features.faces.detector import MIN_SCORE
from happysad.pipeline.data.records import LABELS
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.estimators.fitted_model import predict_p_happy
from happysad.utils.atomic_files import atomic_write

FACES, SEED = 120, 2026
"""Built-in faces: of nobody, whatever the model was fitted on."""

CHANGED = {"": 0.0, "dark": 0.9, "cover mouth": 1.3, "blur": 0.05, "rotate": 45.0}
"""Changes and their strengths; "" leaves the face as it is."""

SHOWN = 5

Faces = dict[str, list[NDArray[np.uint8]]]
Probabilities = dict[str, NDArray[np.float64]]
"""By the change; an image or a probability a face."""


def changed_faces() -> tuple[Faces, NDArray[np.str_]]:
    """The faces under each change, and their labels."""
    images, labels = make_demo_faces(FACES, random_state=SEED)
    found = [locate_face(image, MIN_SCORE) for image in images]
    changed = {
        change: [
            changed_image(image, change, strength, face) if change else image
            for image, face in zip(images, found, strict=True)
        ]
        for change, strength in CHANGED.items()
    }
    return changed, labels


def failure_table(p_happy: Probabilities, labels: NDArray[np.str_], model: str) -> pd.DataFrame:
    """``failures.csv`` of one model: how many faces are classified rightly under each change."""
    rows = []
    for change, p in p_happy.items():
        correct = (p >= 0.5) == (labels == "happy")
        row: dict[str, Any] = {"model": model, "change": change, "strength": CHANGED[change]}
        row |= {"n": len(labels), "n_correct": int(correct.sum())}
        for label in LABELS:
            row[f"n_{label}"] = int((labels == label).sum())
            row[f"n_correct_{label}"] = int(correct[labels == label].sum())
        rows.append(row)
    return pd.DataFrame(rows, columns=columns_of("shipped/failures"))


def save_failures(model: Pipeline, name: str, picture: Path) -> pd.DataFrame:
    """Predict the faces under each change, draw the errors and return the table."""
    changed, labels = changed_faces()
    p_happy = {change: predict_p_happy(model, faces) for change, faces in changed.items()}
    draw_failures(changed, p_happy, labels, picture)
    return failure_table(p_happy, labels, name)


def errors(change: str, p_happy: Probabilities, labels: NDArray[np.str_]) -> list[int]:
    """The errors under a change that were right without it, the most confident first."""
    p = p_happy[change]
    happy = labels == "happy"
    wrong = (p >= 0.5) != happy
    if change:
        wrong &= (p_happy[""] >= 0.5) == happy
    ordered = np.argsort(-np.abs(p - 0.5), kind="stable")
    return [int(i) for i in ordered if wrong[i]]


def draw_failures(
    changed: Faces, p_happy: Probabilities, labels: NDArray[np.str_], path: Path
) -> None:
    """Draw a row of errors for each change, with the true class and p_happy."""
    with drawing(path, WIDTH, 1.62 * len(changed)) as figure:
        axes = image_axes(figure, len(changed), SHOWN)
        for row, (change, faces) in zip(axes, changed.items(), strict=True):
            for ax, i in zip(row, errors(change, p_happy, labels)[:SHOWN], strict=False):
                show_image(ax, faces[i])
                before = f", was {p_happy[''][i]:.2f}" if change else ""
                title = f"drawn {labels[i]}\np(happy) {p_happy[change][i]:.2f}{before}"
                ax.set_title(title, fontsize=7.5)
            at = row[0].transAxes
            row[0].text(-0.12, 0.5, _named(change), transform=at, rotation=90,
                        ha="right", va="center", fontsize=9)  # fmt: skip
    _with_few_colors(path)


def _with_few_colors(path: Path) -> None:
    """Write the picture with a palette: a quarter of the size, and nobody sees the difference."""
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(64, dither=Image.Dither.NONE)
    with atomic_write(path) as beside:
        few.save(beside, optimize=True)


def failure_lines(table: pd.DataFrame) -> list[list[str]]:
    """Shares classified rightly under each change, of both classes, for each model."""
    models = list(dict.fromkeys(table["model"]))
    lines = [["change", *(f"{model}: {label}" for model in models for label in LABELS)]]
    for change, own in table.groupby("change", sort=False):
        rows = own.set_index("model")
        shares = {label: rows[f"n_correct_{label}"] / rows[f"n_{label}"] for label in LABELS}
        cells = [f"{shares[label][model]:.2f}" for model in models for label in LABELS]
        unit = f" ({CHANGES[str(change)].unit})" if change else ""
        lines.append([f"{_named(str(change))}{unit}", *cells])
    return lines


def _named(change: str) -> str:
    """The change with its strength, as "blur 0.05"."""
    return f"{change} {CHANGED[change]:g}" if change else "unchanged"
