"""What does an idea for the features give? The bench of ``LABBOOK.md``.

Blocks of features are put side by side as a recipe puts them, and the SVM is judged on the
training part alone, by five grouped folds, and on the validation part. The test part is never
looked at. The folds share one reduction and one set of centres, so that a question costs one fit
and not six; a fit of the recipe itself comes out a little better or worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from numpy.typing import NDArray

from happysad.experiments.console import one_sentence, progress, say
from happysad.features.embedding import Embedding
from happysad.features.errors import UserError
from happysad.features.hog import Hog
from happysad.features.landmarks import LandmarkGeometry
from happysad.features.lbp import Lbp
from happysad.features.words import PatchWords

if TYPE_CHECKING:
    import pandas as pd

    from happysad.features.batch import Faces

EXTRACTORS: dict[str, Any] = {
    "landmarks": LandmarkGeometry(),
    "hog6": Hog(cell=6),
    "hog8": Hog(cell=8),
    "hog12": Hog(cell=12),
    "lbp1": Lbp(radius=1, overlap=True),
    "lbp2": Lbp(overlap=True),
    "lbp3": Lbp(radius=3, overlap=True),
    "words": PatchWords(),
    "embedding": Embedding(),
}

FOLDS = 5

Row = dict[str, float]


def read_blocks(text: str) -> dict[str, float]:
    """Weights of blocks by name, scaled to sum 1, from "hog12=2,lbp2=1".

    Raises
    ------
    UserError
        A name is unknown or a weight is no positive number.
    """
    found = {}
    for item in text.split(","):
        name, _, weight = item.strip().partition("=")
        if name not in EXTRACTORS:
            raise UserError(f"there is no block {name!r}: the blocks are {', '.join(EXTRACTORS)}")
        try:
            found[name] = float(weight or 1)
        except ValueError:
            raise UserError(f"the weight of {name} is a number, not {weight!r}") from None
        if not found[name] > 0:
            raise UserError(f"the weight of {name} is above 0, not {weight}")
    return {name: weight / sum(found.values()) for name, weight in found.items()}


def judge(
    faces: Faces, frame: pd.DataFrame, blocks: dict[str, float], settings: dict[str, Any]
) -> Row:
    """Accuracy and AUC in the folds of the training part and on the validation part.

    Parameters
    ----------
    faces : Faces
        Of all rows of ``frame``.
    frame : pandas.DataFrame
        As ``load_data`` gives it.
    blocks : dict of str to float
        As ``read_blocks`` gives them.
    settings : dict
        Parameters of ``KernelSvm``.
    """
    from sklearn.pipeline import FeatureUnion

    from happysad.pipeline.block import PrincipalBlock
    from happysad.pipeline.kernel_svm import KernelSvm

    union = FeatureUnion(
        [
            (
                name,
                PrincipalBlock(
                    EXTRACTORS[name],
                    100 if name == "landmarks" else 250,
                    weight,
                    standardize=name == "landmarks",
                    random_state=0,
                ),
            )
            for name, weight in blocks.items()
        ]
    )
    train, val = (np.flatnonzero(frame["split"] == part) for part in ("train", "val"))
    label = frame["label"].to_numpy(str)
    svm = KernelSvm(union, random_state=0, **settings).fit(faces[train], label[train])
    seen = np.full(len(frame), np.nan)
    seen[val] = svm.decision_function(faces[val])
    seen[train] = _unseen(svm, faces[train], label[train], frame["group"].to_numpy(str)[train])
    happy = (label == "happy") == (svm.classes_[1] == "happy")
    missed = train[faces.status[train] != "detected"]
    clean = val[frame["twin"].to_numpy(str)[val] == ""]
    row = {}
    for name, rows in (("cv", train), ("missed", missed), ("val", val), ("no leak", clean)):
        row[f"{name} accuracy"], row[f"{name} auc"] = _scores(happy[rows], seen[rows])
    return row


def _unseen(
    svm: Any, faces: Faces, label: NDArray[np.str_], group: NDArray[np.str_]
) -> NDArray[np.float64]:
    """Scores (n,) of training faces by fits without their fold, on the fitted model's centres."""
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import StratifiedGroupKFold

    target = np.where(label == svm.classes_[1], 1.0, -1.0)
    spanned = svm.coordinates(svm.describe_.transform(faces)[:, svm.order_])[0].T
    out = np.zeros(len(label))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for fit, held in folds.split(spanned, label, group):
        ridge = Ridge(alpha=svm.alpha, solver="cholesky").fit(spanned[fit], target[fit])
        out[held] = ridge.predict(spanned[held])
    return out


def _scores(happy: NDArray[np.bool_], score: NDArray[np.float64]) -> tuple[float, float]:
    from sklearn.metrics import roc_auc_score

    if len(np.unique(happy)) < 2:
        return float("nan"), float("nan")
    return float(np.mean((score > 0) == happy)), float(roc_auc_score(happy, score))


@click.command(name="lab")
@click.argument("blocks", nargs=-1, required=True)
@click.option("--data", default="../shared/data/fer2013", show_default=True)
@click.option("--centers", type=click.IntRange(2), default=2500, show_default=True)
@click.option("--gamma", type=float, default=0.6, show_default=True)
@click.option("--alpha", type=float, default=0.2, show_default=True)
@click.option("--no-detector", is_flag=True, help="Take every image for a tight crop.")
@click.option("--no-refining", is_flag=True, help="Missed faces: the whole frame as it is.")
@one_sentence
def main(
    blocks: Sequence[str],
    data: str,
    centers: int,
    gamma: float,
    alpha: float,
    no_detector: bool,
    no_refining: bool,
) -> None:
    """Judge BLOCKS of features, such as hog12=2,lbp2=1, each on its own."""
    import happysad.features.refine as refine
    from happysad.experiments.prepare import store_folder
    from happysad.features.faces import FaceAligner
    from happysad.features.store import FeatureStore, use_store
    from happysad.pipeline.data import load_data

    asked = {text: read_blocks(text) for text in blocks}
    settings = {"n_centers": centers, "gamma": gamma, "alpha": alpha}
    with progress(False), store_folder(not no_refining) as folder:
        frame = load_data(data).frame
        if no_refining:  # another store, so that no crop of it is taken for one of ours
            refine.PASSES = 0
        with use_store(FeatureStore(folder)):
            jobs = 1 if no_refining else -1  # other processes would refine all the same
            aligner = FaceAligner(detector=not no_detector, n_jobs=jobs)
            faces = aligner.transform(frame["path"].tolist())
            for text, weights in asked.items():
                row = judge(faces, frame, weights, settings)
                say(f"{text}: " + ", ".join(f"{k} {v:.4f}" for k, v in row.items()))


if __name__ == "__main__":
    main()
