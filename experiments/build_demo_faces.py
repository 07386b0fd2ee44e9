"""Learn the basis of the built-in faces from FER2013's Training part.

    python experiments/build_demo_faces.py ../shared/data/fer2013

writes ``pipeline/demo_faces.npz`` in about a minute; the same images give the same bytes. Only
images whose most frequent vote in FER+ is their folder are used, and only frontal faces that
dlib's detector finds. No test image is read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from happysad.experiments.eigenfaces import learn, nearest_likeness
from happysad.features.align import EYE_X, EYE_Y, eye_centers, eye_line_transform, warp
from happysad.features.detect import find_faces, find_landmarks
from happysad.features.errors import UserError
from happysad.features.files import atomic_write
from happysad.features.images import read_image, to_gray
from happysad.features.progress import report
from happysad.pipeline.demo_draw import BASIS_FILE, BASIS_SIDE, load_basis
from happysad.pipeline.demo_faces import LABELS

FRAME_EYES = (0.32, 0.37)
"""Where the left eye lands: wider than the aligner's crop, so that the detector finds the face."""

MAX_TURN = 0.25
"""Farthest that the tip of the nose may lie beside the middle of the eyes, in eye distances."""

MIN_COVER = 0.7
"""Least share of the frame that lies within the image; the rest is its border, repeated."""

MAX_LIKENESS = 0.92
"""Highest correlation of a drawn face with a real one.

Two copies of one picture reach 0.98, a picture rebuilt from its own eigenfaces 0.96 (median), and
the nearest other picture lies at 0.72 (median).
"""

VOTES = "ferplus_training_votes.csv"
NAMES = {"happy": "happiness", "sad": "sadness"}


def agreed_images(folder: Path) -> list[tuple[Path, str]]:
    """Training images of happy and sad whose most frequent vote is their folder, sorted.

    Raises
    ------
    UserError
        The votes or all of the images are missing.
    """
    import pandas as pd

    if not (folder / VOTES).is_file():
        raise UserError(f"{folder / VOTES} is missing: give the folder fer2013 that holds it")
    votes = pd.read_csv(folder / VOTES).set_index("file").drop(columns="nf")
    most = votes.idxmax(axis=1)
    rows = []
    for file in sorted(most.index):
        label = Path(file).parent.name
        training = Path(file).name.startswith("Training_")
        if training and NAMES.get(label) == most[file] and (folder / file).is_file():
            rows.append((folder / file, label))
    if {label for _, label in rows} != set(LABELS):
        raise UserError(f"{folder} lacks the happy or the sad images that {VOTES} names")
    return rows


def framed_face(path: Path) -> NDArray[np.uint8] | None:
    """The (96, 96) frame around an upright face, or None where it is not found or not frontal."""
    import cv2

    gray = to_gray(read_image(path))
    found = find_faces(gray)
    if not found:
        return None
    points = find_landmarks(gray, found[0])
    eyes = eye_centers(points)
    matrix = _frame_transform(eyes)
    inside = cv2.warpAffine(np.ones(gray.shape, np.float32), matrix, (BASIS_SIDE, BASIS_SIDE))
    if _turn(points, eyes) > MAX_TURN or inside.mean() < MIN_COVER:
        return None
    return warp(gray, matrix, BASIS_SIDE)


def _frame_transform(eyes: NDArray[np.float64]) -> NDArray[np.float64]:
    """From image pixels to the frame: the aligner's crop, made smaller and moved."""
    shrink = (0.5 - FRAME_EYES[0]) / (0.5 - EYE_X)
    # Pixel centres lie half a pixel off the edges' grid.
    shift = np.array([0.5 * (1 - shrink), FRAME_EYES[1] - shrink * EYE_Y]) * BASIS_SIDE
    matrix = shrink * eye_line_transform(eyes, BASIS_SIDE)
    matrix[:, 2] += shift + 0.5 * shrink - 0.5
    return matrix


def _turn(points: NDArray[np.float32], eyes: NDArray[np.float64]) -> float:
    across = eyes[1] - eyes[0]
    nose = points[30] - eyes.mean(axis=0)
    return float(abs(nose @ across) / (across @ across))


def framed_faces(
    rows: Sequence[tuple[Path, str]],
) -> tuple[NDArray[np.uint8], NDArray[np.int_]]:
    """Frames (n, 96, 96) of all usable images and their classes, 0 for happy."""
    frames, classes = [], []
    for done, (path, label) in enumerate(rows, 1):
        frame = framed_face(path)
        if frame is not None:
            frames.append(frame)
            classes.append(LABELS.index(label))
        if done % 500 == 0 or done == len(rows):
            report("finding faces", done, len(rows))
            print(f"{done} of {len(rows)} images read, {len(frames)} faces used", file=sys.stderr)
    if min(np.bincount(classes, minlength=2)) < 2:
        raise UserError(f"{len(frames)} faces were found: each class needs two or more")
    return np.stack(frames), np.array(classes)


def build(folder: Path, out: Path) -> str:
    """Learn, check and write the basis; gives the line that says what was done."""
    frames, classes = framed_faces(agreed_images(folder))
    arrays = learn(frames, classes)
    with atomic_write(out) as beside:
        np.savez_compressed(beside, **arrays)
        likeness = float(nearest_likeness(load_basis(beside), frames).max())
        if likeness > MAX_LIKENESS:
            raise UserError(f"a drawn face is the copy of a real one (correlation {likeness:.3f})")
    counts = np.bincount(classes)
    return (
        f"{out}: {out.stat().st_size / 1e6:.2f} MB from {counts[0]} happy and {counts[1]} sad "
        f"faces, cut to {2 * counts.min()}; nearest likeness to a real face {likeness:.3f}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; exit code 2 and one sentence for a user's mistake."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="fer2013: train/ and the votes of FER+")
    parser.add_argument("--out", type=Path, default=BASIS_FILE)
    options = parser.parse_args(arguments)
    try:
        print(build(options.folder, options.out))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
