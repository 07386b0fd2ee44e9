"""How many images are enough?

Fits each recipe on nested subsets of the training part, from small to all of it, and measures it
on the validation and the test part. Several seeds draw several subsets of the same size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from happysad.experiments.runner.config import CompareConfig, RunConfig
from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask
from happysad.experiments.runner.options import Say, names_of, run, run_options
from happysad.experiments.runner.run_folder import RunFolder
from happysad.utils.console import exit_on_user_error, silent
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from happysad.pipeline.data.dataset import DataSet

MODELS = ["landmarks-svm", "texture-svm", "fusion-svm", "cnn-small", "pixels-logreg"]
SMALLEST = 10


@dataclass(frozen=True)
class LearningCurveConfig(RunConfig):
    """What ``learning_curve`` is asked.

    Attributes
    ----------
    sizes : list of int
        Numbers of training images. Those that the train part does not have are left out, and all
        of it always comes last.
    seeds : int
        So many draws of the subsets, and of all else that a fit draws; the whole train part is
        fitted with the first only.
    """

    sizes: list[int] = field(default_factory=lambda: [50, 100, 200, 500, 1000, 2000, 5000])
    seeds: int = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(size < SMALLEST for size in self.sizes):
            raise UserError(f"sizes = {self.sizes!r}: each is {SMALLEST} or more")
        if self.seeds < 1:
            raise UserError("seeds is 1 or more")


def learning_curve(
    config: LearningCurveConfig, *, use_cache: bool = True, log: Say = silent
) -> Path:
    """Run the experiment, or what is left of it; give the folder it wrote.

    Parameters
    ----------
    config : LearningCurveConfig
    use_cache : bool
        Keep faces and features on disk from one run to the next.
    log : callable
        Called with lines for the reader.

    Raises
    ------
    UserError
        The data, a model's name or the folder is wrong.
    """
    import joblib

    from happysad.experiments.compare import model_names
    from happysad.experiments.reporting.per_experiment.learning_table import write_all
    from happysad.experiments.runner.cache_warmup import feature_cache_folder
    from happysad.experiments.runner.engine import Work, run_tasks
    from happysad.pipeline.data.dataset import load_data

    models = model_names(CompareConfig(models=config.models or MODELS))
    data = load_data(config.data, seed=config.seed, log=log)
    units = _units(config, data, models)
    default = Path("runs") / f"learning-curve-{data.name}"
    folder = RunFolder(Path(config.out or default), _identity(config, data))
    details = {"config": vars(config), "notes": data.notes}
    folder.describe({"state": "running", **details})
    with feature_cache_folder(use_cache) as store:
        run_tasks(Work(folder, data.frame, store, config.jobs or joblib.cpu_count(), log), units)
    folder.describe({"state": "computed", **details})
    write_all(folder.path)
    folder.describe({"state": "finished", **details})
    return folder.path


def _identity(config: LearningCurveConfig, data: DataSet) -> dict[str, Any]:
    """Sizes and seeds do not count: more of them may be added to a run."""
    same = {"question": "learning_curve", "dataset": data.name, "data": data.hash}
    return {**same, "seed": config.seed}


def used_sizes(sizes: list[int], n_train: int) -> list[int]:
    """Those of the sizes that are smaller than the train part, and its own."""
    return [*sorted({size for size in sizes if size < n_train}), n_train]


def _units(config: LearningCurveConfig, data: DataSet, models: dict[str, str]) -> list[FitTask]:
    from happysad.experiments.datasets.nested_subsets import nested_subsets
    from happysad.pipeline.models.registry import find_recipe, make_model

    frame = data.frame
    train, val, test = (np.flatnonzero(frame["split"] == s) for s in ("train", "val", "test"))
    places = {EvaluationSet(data.name, "val"): val, EvaluationSet(data.name, "test"): test}
    labels, groups = (frame[name].iloc[train].tolist() for name in ("label", "group"))
    sizes = used_sizes(config.sizes, len(train))
    units = []
    for seed in range(config.seed, config.seed + config.seeds):
        subsets = nested_subsets(labels, groups, sizes, seed)
        if seed > config.seed:  # there is but one subset of all
            subsets = subsets[:-1]
        for size, rows in zip(sizes, subsets, strict=False):
            units += [
                FitTask(
                    name,
                    partial(make_model, asked),
                    train[rows],
                    places,
                    condition=f"n={size}",
                    seed=seed,
                    summary=find_recipe(asked).summary,
                )
                for name, asked in models.items()
            ]
    return units


@click.command(name="learning-curve")
@run_options
@click.option("--sizes", help="Numbers of training images with commas between; all comes last.")
@click.option("--seeds", type=click.IntRange(1), help="So many draws of each size; 3.")
@exit_on_user_error
def main(config_file: str | None, no_cache: bool, quiet: bool, **flags: Any) -> None:
    """Fit models on more and more images, to see how many are enough."""
    from happysad.experiments.reporting.per_experiment.learning_table import print_curve

    if flags["sizes"] is not None:
        flags["sizes"] = _numbers(flags["sizes"])
    default = "learning_curve.toml"
    print_curve(
        run(LearningCurveConfig, learning_curve, config_file, no_cache, quiet, default, **flags)
    )


def _numbers(text: str) -> list[int]:
    try:
        return [int(name) for name in names_of(text)]
    except ValueError:
        raise UserError(f"--sizes {text} is not whole numbers with commas between") from None


if __name__ == "__main__":
    main()
