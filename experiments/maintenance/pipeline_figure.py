"""What does the pipeline see? A picture of each stage at work on a built-in face.

``python experiments/maintenance/pipeline_figure.py fusion-svm.joblib docs/pipeline.png``
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from skimage.feature import hog
from sklearn.pipeline import Pipeline

from happysad.experiments.reporting.figures.style import COLORS, HAPPY, SAD
from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.detector import find_landmarks, find_one_face
from happysad.features.lbp import lbp_codes
from happysad.features.visual_words import PATCH, POSITIONS, SIDE, STEP, patches, vocabulary
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.estimators.fitted_model import predict_p_happy
from happysad.pipeline.model_files.model_file import load_model
from happysad.utils.atomic_files import atomic_write
from happysad.utils.console import exit_on_user_error

TITLES = ("1  found", "2  upright", "3a  HOG", "3b  LBP", "3c  visual words", "4  decided")


def draw_pipeline(model: Pipeline, images: Sequence[NDArray[np.uint8]]) -> Figure:
    """A row for each grey image (H, W) of a face, a column for each stage; the model decides."""
    figure = Figure(figsize=(11.4, 2.05 * len(images) + 0.3), layout="constrained")
    axes = figure.subplots(len(images), len(TITLES), squeeze=False)
    for row, image in zip(axes, images, strict=True):
        _draw_row(row, model, image)
    for ax, title in zip(axes[0], TITLES, strict=True):
        ax.set_title(title, loc="left", fontsize=10)
    return figure


def _draw_row(axes: Sequence[Axes], model: Pipeline, image: NDArray[np.uint8]) -> None:
    found = find_one_face(image)
    face = FaceAligner().align(image, found)
    crop = face.crops[0]
    glyphs = hog(crop, 9, (8, 8), (1, 1), visualize=True)[1]
    for ax in axes:
        ax.set_axis_off()
    for ax, picture in zip(axes[:2], (image, crop), strict=True):
        ax.imshow(picture, cmap="gray", vmin=0, vmax=255)
    described = (glyphs, lbp_codes(face.crops)[0], nearest_words(crop))
    for ax, picture in zip(axes[2:5], described, strict=True):
        ax.imshow(picture, cmap="gray")
    left, top, right, bottom = found.box
    axes[0].add_patch(
        Rectangle((left, top), right - left, bottom - top, fill=False, edgecolor=COLORS[1])
    )
    for ax, points in ((axes[0], find_landmarks(image, found)), (axes[1], face.landmarks[0])):
        limits = ax.axis()
        x, y = points.T
        ax.scatter(x, y, s=3, color=COLORS[1], linewidths=0)
        ax.axis(limits)  # points of a chin may lie below
    _draw_decision(axes[-1], float(predict_p_happy(model, [image])[0]))


def nearest_words(crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    """An aligned crop put together from the word that is nearest to each patch, (48, 48) float32.

    Where patches overlap the mean of their words is shown.
    """
    known = vocabulary()
    whitened = patches(crop[None]) @ known.whitening
    distance = (known.words**2).sum(axis=1) - 2 * whitened @ known.words.T
    as_seen = known.words @ np.linalg.inv(known.whitening)
    drawn, covered = np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), np.float32)
    for position, word in enumerate(distance.argmin(axis=1)):
        row, column = position // POSITIONS * STEP, position % POSITIONS * STEP
        drawn[row : row + PATCH, column : column + PATCH] += as_seen[word].reshape(PATCH, PATCH)
        covered[row : row + PATCH, column : column + PATCH] += 1
    return drawn / covered


def _draw_decision(ax: Axes, p_happy: float) -> None:
    """A bar for each class."""
    for y, (name, p) in enumerate((("happy", p_happy), ("sad", 1 - p_happy))):
        ax.barh(y, p, color=(HAPPY, SAD)[y], height=0.5)
        ax.text(0.02, y - 0.42, f"{name} {p:.2f}", fontsize=11, fontweight="bold")
    ax.set(xlim=(0, 1), ylim=(1.6, -1.0))


@click.command(name="pipeline-figure")
@click.argument("model")
@click.argument("picture", default="docs/pipeline.png", type=click.Path(path_type=Path))
@exit_on_user_error
def main(model: str, picture: Path) -> None:
    """Draw each stage at work on a happy and a sad built-in face into PICTURE."""
    images, labels = make_demo_faces(8, random_state=3)
    chosen = [images[list(labels).index(label)] for label in ("happy", "sad")]
    figure = draw_pipeline(load_model(model), chosen)
    with atomic_write(picture) as beside:
        figure.savefig(beside, dpi=110)
    print(f"written to {picture}")


if __name__ == "__main__":
    main()
