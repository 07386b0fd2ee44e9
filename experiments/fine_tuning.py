"""Does it help to start from a CNN that has seen other faces?

Of a few labelled images, drawn again and again, a CNN is trained from scratch, and one from an
earlier model's weights; both, and that model as it was, are evaluated on all faces of the other
people.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from numpy.typing import NDArray

from happysad.experiments.runner.config import RunConfig
from happysad.experiments.runner.run import data_plan, run_command, run_options, run_plan
from happysad.experiments.runner.run_context import Log, RunContext
from happysad.utils.atomic_files import atomic_write
from happysad.utils.console import exit_on_user_error, silent
from happysad.utils.errors import UserError
from happysad.utils.feature_cache import FeatureCache, use_feature_cache

if TYPE_CHECKING:
    import pandas as pd

    from happysad.features.faces.aligner import FaceAligner
    from happysad.features.faces.face_batch import Faces
    from happysad.pipeline.cnn.classifier import CnnClassifier

SCRATCH, AS_IT_WAS, FINE_TUNED = CONDITIONS = ("from scratch", "as it was", "fine-tuned")
MEASURES = ["balanced_accuracy", "accuracy", "roc_auc"]
TABLE = "fine_tuning.csv"
COLUMNS = ["draw", "condition", "n_train", "n_test", *MEASURES, "fit_cpu_s"]


@dataclass(frozen=True)
class FineTuningConfig(RunConfig):
    """The settings of ``fine_tuning``."""

    start_from: str = ""  # "pretrained", model file, or weights of torchvision's resnet18
    images: int = 80  # drawn for training, half of them happy
    draws: int = 5  # repeats, each with images and random states of its own


def fine_tuning(config: FineTuningConfig, *, use_cache: bool = True, log: Log = silent) -> Path:
    """Measure and write ``fine_tuning.csv``, a row a draw and condition; give the folder."""
    from happysad.pipeline.data.dataset import load_data

    if not config.start_from:
        raise UserError("start_from is missing: name the model file whose CNN is trained on")
    aligner, cnn = find_model(config.start_from)
    data = load_data(config.data, seed=config.seed, log=log)

    def fit(context: RunContext) -> None:
        with use_feature_cache(FeatureCache(context.cache)):
            aligner.set_params(n_jobs=context.jobs)
            faces = aligner.transform(data.frame["path"].tolist())
        table = measure(cnn, faces, data.frame, config, log)
        with atomic_write(context.run.path / TABLE) as beside:
            table.to_csv(beside, index=False)

    settings = {"start_from": config.start_from, "images": config.images, "draws": config.draws}
    plan = data_plan("fine_tuning", data, [], config.seed, **settings)
    return run_plan(plan, config, fit=fit, use_cache=use_cache, log=log)


def find_model(start_from: str) -> tuple[FaceAligner, CnnClassifier]:
    """The face stage and the CNN of what is trained on; not fitted where it is weights alone."""
    from happysad.pipeline.cnn.classifier import CnnClassifier, find_start
    from happysad.pipeline.model_files.model_file import load_model
    from happysad.pipeline.models.registry import make_model

    start = find_start(start_from)
    if start_from == "pretrained":
        model = make_model("cnn-pretrained")
    elif isinstance(start, CnnClassifier):
        model = load_model(start_from)
    else:
        model = make_model("cnn-resnet18").set_params(classifier__start_from=start_from)
    cnn = start if isinstance(start, CnnClassifier) else model[-1]
    return model.named_steps["faces"], cnn


def measure(
    cnn: CnnClassifier, faces: Faces, frame: pd.DataFrame, config: FineTuningConfig, log: Log
) -> pd.DataFrame:
    """A row for each draw and condition; nobody drawn for training is evaluated on."""
    import pandas as pd

    from happysad.pipeline.estimators.fitted_model import predict_p_happy
    from happysad.pipeline.evaluation.metrics import evaluate

    labels, groups = frame["label"].to_numpy(str), frame["group"].to_numpy(str)
    rows = []
    for number in range(config.draws):
        seed = config.seed + number
        train, test = draw(labels, groups, config.images, np.random.default_rng(seed))
        fitted_before = hasattr(cnn, "weights_")
        for condition in CONDITIONS if fitted_before else (SCRATCH, FINE_TUNED):
            start = time.process_time()
            fitted = _fitted(condition, cnn, seed, faces[train], labels[train])
            cpu_s = time.process_time() - start
            p_happy = predict_p_happy(fitted, faces[test])
            metrics = evaluate(labels[test].tolist(), p_happy)
            measured = {name: metrics[name] for name in MEASURES}
            sizes = {"n_train": len(train), "n_test": len(test), "fit_cpu_s": round(cpu_s, 2)}
            rows.append({"draw": number, "condition": condition, **sizes, **measured})
            log(f"draw {number}, {condition}: balanced {metrics['balanced_accuracy']:.3f}")
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def draw(
    labels: NDArray[np.str_], groups: NDArray[np.str_], n: int, rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows to train on, ``n // 2`` a class, and the rows of all groups that none of them is of."""
    order = rng.permutation(len(labels))
    numbers = np.unique(groups, return_inverse=True)[1]
    by_group = order[np.argsort(rng.permutation(len(set(groups)))[numbers[order]])]
    chosen = [by_group[labels[by_group] == label][: n // 2] for label in ("happy", "sad")]
    train = np.sort(np.concatenate(chosen))
    test = np.flatnonzero(~np.isin(groups, groups[train]))
    if min(map(len, chosen)) < n // 2 or len(set(labels[test])) < 2:
        raise UserError(
            f"{n} images, half of each class, cannot be drawn with other people of both classes "
            f"left to evaluate on: {len(labels)} images are too few, ask for less than {n}"
        )
    return train, test


def _fitted(
    condition: str, cnn: CnnClassifier, seed: int, faces: Faces, labels: NDArray[np.str_]
) -> CnnClassifier:
    from sklearn.base import clone

    if condition == AS_IT_WAS:
        return cnn
    names = ("epochs", "learning_rate", "dropout", "batch_size", "patience")
    usual = dict.fromkeys(names)  # None: what fine-tuning does where nobody says
    start = cnn if hasattr(cnn, "weights_") else cnn.start_from
    model: CnnClassifier = clone(cnn).set_params(**usual, random_state=seed, start_from=start)
    if condition == SCRATCH:  # as many steps as it can use: an epoch of so few is short
        model.set_params(start_from=None, epochs=100, patience=30)
    return model.fit(faces, labels)


def summary(frame: pd.DataFrame) -> str:
    """Mean and standard deviation over the draws, a line a condition."""
    lines = []
    for condition in frame["condition"].unique():
        rows = frame[frame["condition"] == condition]
        numbers = [f"{m} {rows[m].mean():.3f} +- {rows[m].std():.3f}" for m in MEASURES]
        lines.append(f"{condition:<12} {', '.join(numbers)}, fit {rows['fit_cpu_s'].mean():.1f} s")
    return "\n".join(lines)


@click.command(name="fine-tuning")
@run_options
@click.option("--start-from", help="pretrained, a model file, or weights of ResNet-18 (.pth).")
@click.option("--images", type=click.IntRange(8), help="To train on; 80.")
@click.option("--draws", type=click.IntRange(1), help="Repeats; 5.")
@exit_on_user_error
def main(**options: Any) -> None:
    """Compare training from scratch and from an earlier model's weights, on few images.

    \b
    Examples:
      happysad experiment fine-tuning --data photos --start-from pretrained
      python experiments/fine_tuning.py --start-from cnn.joblib --images 40
    """
    import pandas as pd

    out = run_command(FineTuningConfig, fine_tuning, "fine_tuning.toml", **options)
    print(summary(pd.read_csv(out / TABLE)))
    print(f"written to {out / TABLE}")


if __name__ == "__main__":
    main()
