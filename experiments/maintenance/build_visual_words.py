"""Learn the small patterns that ``features.visual_words`` counts, from FER2013's Training part."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from happysad.features.faces.aligner import FaceAligner
from happysad.features.visual_words import PATCH, WORDS_FILE, patches, with_mirrored
from happysad.pipeline.data.dataset import load_data, part
from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError

N_WORDS = 128  # each has its mirror image beside it
N_FACES = 4000
N_PATCHES = 200_000
NOISE = 0.05  # added to the variances before they are made equal (Coates, Lee and Ng 2011)


def learn(crops: NDArray[np.uint8], n_words: int = N_WORDS, seed: int = 0) -> dict[str, Any]:
    """Whitening and words of aligned crops (n, S, S).

    Patches and their mirror images are whitened together (ZCA) and grouped by k-means.

    Returns
    -------
    dict with whitening (36, 36) and words (n_words, 36), float32
    """
    from sklearn.cluster import MiniBatchKMeans

    rng = np.random.default_rng(seed)
    found = patches(crops)
    found = found[rng.permutation(len(found))[:N_PATCHES]]
    both = with_mirrored(found)
    values, vectors = np.linalg.eigh(both.T.astype(np.float64) @ both / len(both))
    whitening = ((vectors / np.sqrt(values + NOISE)) @ vectors.T).astype(np.float32)
    # The mirror image of a whitened patch is the whitened mirror image, so half of them do.
    means = MiniBatchKMeans(n_words, batch_size=4096, n_init=3, max_iter=30, random_state=seed)
    words = means.fit(both @ whitening).cluster_centers_.astype(np.float32)
    return {"whitening": whitening, "words": words}


def build(folder: Path, out: Path) -> str:
    """Learn and write the vocabulary; gives the line that says what was done."""
    frame = part(load_data(folder).frame, "train")
    paths = frame["path"].sample(min(N_FACES, len(frame)), random_state=0).tolist()
    faces = FaceAligner(predictor="5", n_jobs=-1).fit_transform(paths)
    with atomic_write(out) as beside, beside.open("wb") as file:
        np.savez_compressed(file, **learn(faces.crops))
    return (
        f"{out}: {N_WORDS} words of {PATCH}x{PATCH} pixels from {len(faces)} faces, "
        f"{out.stat().st_size / 1e3:.0f} kB"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; exit code 2 and one sentence for a user's mistake."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="the folder fer2013")
    parser.add_argument("--out", type=Path, default=WORDS_FILE)
    options = parser.parse_args(arguments)
    try:
        print(build(options.folder, options.out))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
