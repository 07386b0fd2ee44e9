"""Where the shipped models fail, shown on built-in faces: a table and a picture each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from happysad.experiments.perturbations.registry import CHANGES, changed_image, locate_face
from happysad.experiments.reporting.figures.style import RIGHT, WIDTH, WRONG, drawing
from happysad.features.faces.detector import MIN_SCORE
from happysad.pipeline.data.records import LABELS
from happysad.utils.atomic_files import atomic_write

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

FACES, SEED = 120, 2026
"""Built-in faces: of nobody, whatever the model was fitted on."""

CHANGED = {"": 0.0, "dark": 0.9, "cover mouth": 1.3, "blur": 0.05, "rotate": 45.0}
"""Changes and their strengths; "" leaves the face as it is."""

SHOWN = 5
COLUMNS = ["change", "strength", "n", "happy", "sad", "right", "right_happy", "right_sad"]


def changed_faces() -> tuple[dict[str, list[NDArray[np.uint8]]], NDArray[np.str_]]:
    """The faces under each change, and their labels."""
    from happysad.pipeline.demo.demo_faces import make_demo_faces

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


def failure_table(
    answers: dict[str, NDArray[np.float64]], labels: NDArray[np.str_]
) -> pd.DataFrame:
    """How many faces were answered rightly under each change: ``COLUMNS``."""
    import pandas as pd

    rows = []
    for change, p_happy in answers.items():
        right = (p_happy >= 0.5) == (labels == "happy")
        there = [int((labels == label).sum()) for label in ("happy", "sad")]
        by_class = [int(right[labels == label].sum()) for label in ("happy", "sad")]
        rows.append([change, CHANGED[change], len(labels), *there, int(right.sum()), *by_class])
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def save_failures(model: Pipeline, name: str, picture: Path) -> pd.DataFrame:
    """Ask a model about the faces under each change; draw where it errs; give the table."""
    changed, labels = changed_faces()
    column = list(model.classes_).index("happy")
    answers = {change: model.predict_proba(faces)[:, column] for change, faces in changed.items()}
    draw_failures(changed, answers, labels, picture)
    return failure_table(answers, labels).assign(model=name)[["model", *COLUMNS]]


def errors(
    change: str, answers: dict[str, NDArray[np.float64]], labels: NDArray[np.str_]
) -> list[int]:
    """The faces answered wrongly, the surest first; of a change those that were right before."""
    happy = labels == "happy"
    p_happy = answers[change]
    wrong = (p_happy >= 0.5) != happy
    if change:
        wrong &= (answers[""] >= 0.5) == happy
    surest = np.argsort(-np.abs(p_happy - 0.5), kind="stable")
    return [int(i) for i in surest if wrong[i]]


def draw_failures(
    changed: dict[str, list[NDArray[np.uint8]]],
    answers: dict[str, NDArray[np.float64]],
    labels: NDArray[np.str_],
    path: Path,
) -> None:
    """Draw a row of wrong answers for each change, with the truth and p_happy."""
    with drawing(path, WIDTH, 1.62 * len(changed)) as figure:
        axes = figure.subplots(len(changed), SHOWN, squeeze=False)
        for line, (change, faces) in zip(axes, changed.items(), strict=True):
            shown = errors(change, answers, labels)[:SHOWN]
            for ax in line:
                ax.set_axis_off()
            for ax, i in zip(line, shown, strict=False):
                _draw_face(ax, faces[i], labels[i], answers, change, i)
            line[0].text(-0.12, 0.5, _words(change), transform=line[0].transAxes, rotation=90,
                         ha="right", va="center", fontsize=9)  # fmt: skip
    _with_few_colors(path)


def _with_few_colors(path: Path) -> None:
    """Write the picture with a palette: a quarter of the size, and nobody sees the difference."""
    from PIL import Image

    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(64, dither=Image.Dither.NONE)
    with atomic_write(path) as beside:
        few.save(beside, optimize=True)


def _draw_face(
    ax: Any,
    face: NDArray[np.uint8],
    label: str,
    answers: dict[str, NDArray[np.float64]],
    change: str,
    i: int,
) -> None:
    ax.imshow(face, cmap="gray", vmin=0, vmax=255)
    before = f", was {answers[''][i]:.2f}" if change else ""
    title = f"drawn {label}\np(happy) {answers[change][i]:.2f}{before}"
    ax.set_title(title, fontsize=7.5, color=WRONG if label == "happy" else RIGHT)


def _words(change: str) -> str:
    """The change with its strength, as "blur 0.05"."""
    return f"{change} {CHANGED[change]:g}" if change else "unchanged"


def failure_lines(table: pd.DataFrame) -> list[list[str]]:
    """Right answers under each change: of the happy and of the sad faces, for each model."""
    models = list(dict.fromkeys(table["model"]))
    lines = [["change", *(f"{model}: {label}" for model in models for label in LABELS)]]
    for change in dict.fromkeys(table["change"]):
        own = table[table["change"] == change].set_index("model")
        shares = {label: own[f"right_{label}"] / own[label] for label in LABELS}
        cells = [f"{shares[label][model]:.2f}" for model in models for label in LABELS]
        lines.append([_described(str(change)), *cells])
    return lines


def _described(change: str) -> str:
    return f"{_words(change)} ({CHANGES[change].unit})" if change else "unchanged"
