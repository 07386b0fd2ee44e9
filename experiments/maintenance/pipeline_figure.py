"""What does the pipeline see? A picture of each stage at work on a built-in face.

``python experiments/maintenance/pipeline_figure.py runs/demo/happysad.joblib docs/pipeline.png``
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from happysad.experiments.reporting.figures.style import COLORS
from happysad.utils.atomic_files import atomic_write
from happysad.utils.console import exit_on_user_error

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray
    from sklearn.pipeline import Pipeline


def draw_pipeline(model: Pipeline, images: list[Any]) -> Figure:
    """One row for each face image: found, upright, HOG, LBP, words, answer.

    Parameters
    ----------
    model : Pipeline
        Fitted, as ``load_model`` gives it; says the answer.
    images : list of (H, W) uint8
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.4, 2.05 * len(images) + 0.3), layout="constrained")
    axes = figure.subplots(len(images), 6, squeeze=False)
    for line, image in zip(axes, images, strict=True):
        _draw_row(line, model, image)
    titles = ["1  found", "2  upright", "3a  HOG", "3b  LBP", "3c  visual words", "4  decided"]
    for ax, title in zip(axes[0], titles, strict=True):
        ax.set_title(title, loc="left", fontsize=10)
    return figure


def _draw_row(axes: Any, model: Pipeline, image: Any) -> None:
    from matplotlib.patches import Rectangle
    from skimage.feature import hog

    from happysad.features.faces.aligner import FaceAligner
    from happysad.features.faces.detector import find_landmarks, find_one_face
    from happysad.features.lbp import lbp_codes

    for ax in axes:
        ax.set_axis_off()
    found = find_one_face(image)
    face = FaceAligner().align(image, found)
    left, top, right, bottom = found.box
    axes[0].imshow(image, cmap="gray", vmin=0, vmax=255)
    axes[0].add_patch(
        Rectangle((left, top), right - left, bottom - top, fill=False, edgecolor=COLORS[1])
    )
    axes[0].scatter(*find_landmarks(image, found).T, s=3, color=COLORS[1], linewidths=0)
    axes[1].imshow(face.crops[0], cmap="gray", vmin=0, vmax=255)
    axes[1].scatter(*face.landmarks[0].T, s=3, color=COLORS[1], linewidths=0)
    for ax, picture in ((axes[0], image), (axes[1], face.crops[0])):
        side = len(picture)
        ax.set(xlim=(-0.5, side - 0.5), ylim=(side - 0.5, -0.5))  # points of a chin may lie below
    glyphs = hog(face.crops[0], 9, (8, 8), (1, 1), visualize=True)[1]
    axes[2].imshow(glyphs, cmap="gray")
    axes[3].imshow(lbp_codes(face.crops)[0], cmap="gray")
    axes[4].imshow(in_words(face.crops[0]), cmap="gray")
    _draw_answer(axes[5], float(model.predict_proba([image])[0][0]))


def in_words(crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    """An aligned crop put together from the word that is nearest to each patch, (48, 48) float32.

    Where patches overlap the mean of their words is shown.
    """
    import numpy as np

    from happysad.features.visual_words import PATCH, PLACES, SIDE, STEP, patches, vocabulary

    known = vocabulary()
    whitened = patches(crop[None]) @ known.whitening
    distance = (known.words**2).sum(axis=1) - 2 * whitened @ known.words.T
    as_seen = known.words @ np.linalg.inv(known.whitening)
    drawn, covered = np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), np.float32)
    for place, word in enumerate(distance.argmin(axis=1)):
        row, column = place // PLACES * STEP, place % PLACES * STEP
        drawn[row : row + PATCH, column : column + PATCH] += as_seen[word].reshape(PATCH, PATCH)
        covered[row : row + PATCH, column : column + PATCH] += 1
    return drawn / covered


def _draw_answer(ax: Any, p_happy: float) -> None:
    """Two bars, happy and sad, with the likelier one named."""
    for y, (name, share) in enumerate((("happy", p_happy), ("sad", 1 - p_happy))):
        ax.barh(y, share, color=COLORS[y], height=0.5)
        ax.text(0.02, y - 0.42, f"{name} {share:.2f}", fontsize=11, fontweight="bold")
    ax.set(xlim=(0, 1), ylim=(1.6, -1.0))


@click.command(name="draw-pipeline")
@click.argument("model")
@click.argument("picture", default="docs/pipeline.png")
@click.option("--seed", type=click.IntRange(0), default=3, show_default=True)
@exit_on_user_error
def main(model: str, picture: str, seed: int) -> None:
    """Draw each stage at work on a happy and a sad built-in face into PICTURE."""
    from happysad.pipeline.demo.demo_faces import make_demo_faces
    from happysad.pipeline.model_files.model_file import load_model

    images, labels = make_demo_faces(8, random_state=seed)
    chosen = [images[list(labels).index(label)] for label in ("happy", "sad")]
    figure = draw_pipeline(load_model(model), chosen)
    with atomic_write(Path(picture)) as beside:
        figure.savefig(beside, dpi=110)
    print(f"written to {picture}")


if __name__ == "__main__":
    main()
