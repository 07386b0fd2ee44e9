"""Learn the visual words that ``features.visual_words`` counts, from FER2013's Training part."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import MiniBatchKMeans

from happysad.features.faces.aligner import FaceAligner
from happysad.features.visual_words import WORDS_FILE, patches, with_mirrored
from happysad.pipeline.data.dataset import load_data, part
from happysad.utils.atomic_files import atomic_write
from happysad.utils.console import exit_on_user_error

N_WORDS = 128  # each has its mirror image beside it
N_FACES = 4000
N_PATCHES = 200_000
NOISE = 0.05  # added to the variances before they are made equal (Coates, Lee and Ng 2011)


def learn(
    crops: NDArray[np.uint8], n_words: int = N_WORDS, seed: int = 0
) -> dict[str, NDArray[np.float32]]:
    """``whitening`` (36, 36) and ``words`` (n_words, 36) of aligned crops (n, S, S), float32.

    Patches and their mirror images are whitened together (ZCA) and clustered by k-means.
    """
    rng = np.random.default_rng(seed)
    found = patches(crops)
    found = found[rng.permutation(len(found))[:N_PATCHES]]
    both = with_mirrored(found)
    values, vectors = np.linalg.eigh(both.T.astype(np.float64) @ both / len(both))
    whitening = ((vectors / np.sqrt(values + NOISE)) @ vectors.T).astype(np.float32)
    # The mirror image of a whitened patch is the whitened mirror image, so half of them suffice.
    means = MiniBatchKMeans(n_words, batch_size=4096, n_init=3, max_iter=30, random_state=seed)
    words = means.fit(both @ whitening).cluster_centers_.astype(np.float32)
    return {"whitening": whitening, "words": words}


@click.command(name="build-visual-words")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=WORDS_FILE, help="File to write.")
@exit_on_user_error
def main(folder: Path, out: Path) -> None:
    """Learn the vocabulary from the train part of FOLDER, which is fer2013."""
    frame = part(load_data(folder).frame, "train")
    paths = frame["path"].sample(min(N_FACES, len(frame)), random_state=0).tolist()
    faces = FaceAligner(predictor="5", n_jobs=-1).fit_transform(paths)
    with atomic_write(out) as beside, beside.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **learn(faces.crops))
    print(f"{out}: {N_WORDS} words from {len(faces)} faces, {out.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
