"""Learn the basis of the built-in faces from FER2013's Training part.

    python experiments/maintenance/build_demo_faces.py ../shared/data/fer2013

writes ``pipeline/demo/demo_faces.npz`` in about two minutes; the same images give the same
bytes. Only images of which FER+'s ten voters are of one mind are used, and only frontal
faces that the detector is sure of. No test image is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from happysad.experiments.maintenance.appearance_model import (
    learn,
    mesh,
    mirrored,
    nearest_similarity,
)
from happysad.features.faces.align import eye_centers, transform_points
from happysad.features.faces.detector import find_faces, find_landmarks, rescaled
from happysad.pipeline.demo import warping
from happysad.pipeline.demo.demo_faces import LABELS
from happysad.pipeline.demo.rendering import BASIS_FILE, BASIS_SIDE, TEXTURE_SIDE, load_basis
from happysad.utils.atomic_files import atomic_write
from happysad.utils.console import exit_on_user_error, progress
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import read_image, to_gray
from happysad.utils.progress import report

EYES = np.array([[0.32, 0.38], [0.68, 0.38]])
"""Where the eyes' centres land, as shares of the frame, about as in FER2013: wider than the
aligner's crop."""

MIN_SCORE = 0.8  # of the detector
MAX_TURN = 0.18  # of the nose's tip from the middle of the eyes, sideways, in eye distances
MIN_COVER = 0.75  # least share of the frame within the image; the rest is the image, reflected

MAX_SIMILARITY = 0.85
"""Highest correlation of a drawn face with a real one.

A picture rebuilt from its own components reaches 0.97 (median; 0.86 at least), and the nearest
other picture lies at 0.69 (median), of a drawn face at 0.59.
"""

VOTES = "ferplus_training_votes.csv"
AGREED = {"happy": ("happiness", 7), "sad": ("sadness", 5)}
"""Column of the votes and how many of ten a folder's image must have; few are sad for many."""


class Face(NamedTuple):
    """An image and where its landmarks are, in image pixels."""

    gray: NDArray[np.uint8]
    points: NDArray[np.float32]


def agreed_images(folder: Path) -> list[tuple[Path, str]]:
    """Training images of happy and sad with enough votes for their folder, sorted."""
    if not (folder / VOTES).is_file():
        raise UserError(f"{folder / VOTES} is missing: give the folder fer2013 that holds it")
    votes = pd.read_csv(folder / VOTES)
    rows = [
        (folder / file, label)
        for label, (column, least) in AGREED.items()
        for file in votes.loc[votes[column] >= least, "file"]
        if f"/{label}/Training_" in file and (folder / file).is_file()
    ]
    if {label for _, label in rows} != set(LABELS):
        raise UserError(f"{folder} lacks the happy or the sad images that {VOTES} names")
    return sorted(rows)


def frontal_face(path: Path) -> Face | None:
    """The face in an image, or None where it is not found or not frontal."""
    gray = to_gray(read_image(path))
    seen = rescaled(gray)
    found = find_faces(seen, MIN_SCORE)
    if not found:
        return None
    points = find_landmarks(seen, found[0])
    eyes = eye_centers(points)
    across = eyes[1] - eyes[0]
    turn = abs((points[30] - eyes.mean(axis=0)) @ across) / (across @ across)
    return Face(gray, points) if turn <= MAX_TURN else None


def frontal_faces(rows: Sequence[tuple[Path, str]]) -> tuple[list[Face], NDArray[np.int_]]:
    """All usable faces and their classes, 0 for happy."""
    faces, classes = [], []
    for done, (path, label) in enumerate(rows, 1):
        if face := frontal_face(path):
            faces.append(face)
            classes.append(LABELS.index(label))
        report("finding faces", done, len(rows))
    if min(np.bincount(classes, minlength=2)) < 2:
        raise UserError(f"{len(faces)} faces were found: each class needs two or more")
    return faces, np.array(classes)


def similarity(points: NDArray[np.floating], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The (2, 3) matrix that rotates, scales and shifts points nearest to their targets."""
    # As complex numbers a similarity is z -> a z + b; this is its least squares.
    z, w = points @ [1, 1j], target @ [1, 1j]
    a = np.vdot(z - z.mean(), w - w.mean()) / np.vdot(z - z.mean(), z - z.mean())
    b = w.mean() - a * z.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def mean_shape(faces: Sequence[Face]) -> NDArray[np.float64]:
    """Mean landmarks (68, 2) in the frame of 96 pixels, the same in the mirror."""
    eyes = EYES * BASIS_SIDE - 0.5
    placed = [transform_points(p, similarity(eye_centers(p), eyes)) for _, p in faces]
    mean = np.asarray(np.stack(placed).astype(np.float64).mean(axis=0))
    return np.asarray((mean + mirrored(mean[None])[0]) / 2)


def framed(
    faces: Sequence[Face], mean: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float32]]:
    """Which faces fill the frame, and the shapes (n, 68, 2) and textures (n, 64, 64) of these."""
    triangles, factor = mesh(mean), TEXTURE_SIDE / BASIS_SIDE
    target = warping.rescaled(warping.with_border(mean, BASIS_SIDE), factor)
    filled, shapes, textures = [], [], []
    for gray, points in faces:
        matrix = similarity(points, mean)
        inside = cv2.warpAffine(np.ones(gray.shape, np.float32), matrix, (BASIS_SIDE, BASIS_SIDE))
        filled.append(bool(inside.mean() >= MIN_COVER))
        if filled[-1]:
            shape = transform_points(points, matrix)
            back = np.asarray(cv2.invertAffineTransform(matrix), np.float64)
            source = transform_points(warping.with_border(shape, BASIS_SIDE), back)
            shapes.append(shape)
            textures.append(warping.warp(gray, source, target, triangles, TEXTURE_SIDE))
    return np.array(filled), np.array(shapes, np.float64), np.array(textures)


@click.command(name="build-demo-faces")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=BASIS_FILE, help="File to write.")
@exit_on_user_error
def main(folder: Path, out: Path) -> None:
    """Learn, check and write the basis from FOLDER: fer2013 with train/ and the votes of FER+."""
    with progress():
        faces, classes = frontal_faces(agreed_images(folder))
    mean = mean_shape(faces)
    filled, shapes, textures = framed(faces, mean)
    arrays = learn(shapes, textures, classes[filled], mean)
    with atomic_write(out) as beside:
        np.savez_compressed(beside, allow_pickle=False, **arrays)
        nearest = float(nearest_similarity(load_basis(beside), textures).max())
        if nearest > MAX_SIMILARITY:
            raise UserError(f"a drawn face is the copy of a real one (correlation {nearest:.3f})")
    happy, sad = np.bincount(classes[filled])
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB from {happy} happy and {sad} sad faces")
    print(f"highest correlation of a drawn face with a real one: {nearest:.3f}")


if __name__ == "__main__":
    main()
