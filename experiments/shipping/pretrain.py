"""Pre-train the CNN that comes with the package, on all classes of a data set.

``python experiments/shipping/pretrain.py`` trains on the train part of class folders, asks the val
part after each epoch, and writes the weights file; ``pretrained.py`` then publishes the model.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from numpy.typing import NDArray

from happysad.experiments.runner.run_context import feature_cache_folder
from happysad.pipeline.data.records import PARTS, fer2013_parts, part_of
from happysad.utils.console import exit_on_user_error, progress, say
from happysad.utils.errors import UserError
from happysad.utils.feature_cache import FeatureCache, use_feature_cache
from happysad.utils.image_files import is_image_name
from happysad.utils.jobs import jobs_option

if TYPE_CHECKING:
    from torch import nn

Part = tuple[NDArray[np.uint8], NDArray[np.str_]]
"""Crops as the network takes them, (n, 1, S, S) uint8, and the names of their folders."""


def list_images(root: Path) -> dict[str, list[Path]]:
    """The image files of each part: ``root/PART/CLASS/FILE``, or as FER2013's names say."""
    files = sorted(filter(is_image_name, root.glob("*/*/*")))
    parts = fer2013_parts(files) or [part_of(file.parts[-3]) for file in files]
    found = {name: [f for f, p in zip(files, parts, strict=True) if p == name] for name in PARTS}
    if not found["train"] or not found["val"]:
        raise UserError(
            f"{root} needs class folders in train and val: {root}/train/happy and so on"
        )
    return found


def read_faces(files: list[Path], jobs: int) -> Part:
    """The faces in images, each taken whole where none is found."""
    from happysad.features.faces.aligner import FaceAligner
    from happysad.pipeline.cnn.preprocessing import to_bytes
    from happysad.pipeline.cnn.weights_file import INPUT_SIZE

    crops = FaceAligner(n_jobs=jobs).transform(list(map(str, files))).crops
    return to_bytes(crops, INPUT_SIZE), np.array([file.parent.name for file in files])


def start_weights(path: Path, classes: list[str]) -> dict[str, NDArray[np.float32]]:
    """The weights in a file whose classes are these."""
    from happysad.pipeline.cnn.weights_file import load_all_outputs

    weights, learned = load_all_outputs(path)
    if learned != classes:
        raise UserError(
            f"{path} knows {', '.join(learned)}, the data {', '.join(classes)}: they must agree"
        )
    return weights


def scores(network: nn.Module, part: Part, classes: list[str]) -> str:
    """Accuracy of all classes, and of happy against sad alone."""
    from happysad.pipeline.cnn.pretraining import class_logits

    images, labels = part
    outputs, names = class_logits(network, images), np.array(classes)
    both = np.isin(labels, ("happy", "sad"))
    margin = outputs[both][:, names == "happy"] - outputs[both][:, names == "sad"]
    pair = np.where(margin[:, 0] > 0, "happy", "sad")
    every, two = (names[outputs.argmax(1)] == labels).mean(), (pair == labels[both]).mean()
    return f"val accuracy {every:.4f} of {len(classes)} classes, {two:.4f} happy against sad"


@click.command(name="pretrain")
@click.option("--data", default="../shared/data/fer2013", show_default=True, help="Class folders.")
@click.option("--out", default="runs/cnn-pretrained.npz", show_default=True, help="Weights file.")
@click.option("--epochs", type=click.IntRange(1), default=26, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--start-from", help="A weights file to go on from, of the same classes.")
@click.option(
    "--learning-rate", type=click.FloatRange(0, min_open=True), default=3e-3, show_default=True
)
@jobs_option("Processes that look for faces")
@exit_on_user_error
def main(
    data: str,
    out: str,
    epochs: int,
    seed: int,
    start_from: str | None,
    learning_rate: float,
    jobs: int,
) -> None:
    """Train the residual CNN on all classes in --data and write its weights."""
    from happysad.pipeline.cnn.pretraining import pretrain, publish_weights

    if Path(out).suffix != ".npz":
        raise UserError(f"--out {out}: a weights file ends in .npz")
    files = list_images(Path(data))
    with feature_cache_folder(True) as cache, use_feature_cache(FeatureCache(cache)), progress():
        images, labels = read_faces(files["train"], jobs)
        val = read_faces(files["val"], jobs)
    names, targets = np.unique(labels, return_inverse=True)
    classes = names.tolist()
    start = None if start_from is None else start_weights(Path(start_from), classes)
    say(f"training on {len(images):,} faces of {', '.join(classes)}")

    def report(epoch: int, loss: float, network: nn.Module) -> None:
        say(f"epoch {epoch}: loss {loss:.4f}, {scores(network, val, classes)}")

    network = pretrain(
        images,
        targets.astype(np.int64),
        len(classes),
        epochs=epochs,
        seed=seed,
        start=start,
        learning_rate=learning_rate,
        report=report,
    )
    scale, bias = publish_weights(Path(out), network, classes, *val)
    print(f"{scores(network, val, classes)}; logit scaled by {scale:.3f}, moved by {bias:+.3f}")
    print(f"written to {out}")


if __name__ == "__main__":
    main()
