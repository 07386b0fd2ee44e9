"""How does each model fall off with blur, noise, dark, rotation, small faces, a covered mouth?

Fits each recipe on the training part and measures it on images of one part, clean and under each
change of ``perturb.py``. Changed images go through the whole face stage, so a face that is not
found any more counts too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from happysad.experiments.perturbations.registry import CHANGES, VERSION
from happysad.experiments.runner.config import CompareConfig, RunConfig
from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask
from happysad.experiments.runner.options import Say, run, run_options
from happysad.experiments.runner.run_folder import RunFolder
from happysad.utils.console import exit_on_user_error, silent
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from happysad.pipeline.data.dataset import DataSet

MODELS = ["fusion-svm", "hog-svm", "lbp-svm", "landmarks-svm", "cnn-small"]


@dataclass(frozen=True)
class RobustnessConfig(RunConfig):
    """What ``robustness`` is asked.

    Attributes
    ----------
    part : str
        "test" or "val": where the images to change come from.
    images : int
        At most so many of them, each class in its share.
    changes : list of str
        Of ``perturb.CHANGES``; an empty list means all.
    """

    part: str = "test"
    images: int = 400
    changes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        unknown = [change for change in self.changes if change not in CHANGES]
        if unknown:
            raise UserError(f"there is no change {unknown[0]!r}: there are {', '.join(CHANGES)}")
        if self.part not in ("val", "test"):
            raise UserError(f'part = {self.part!r} is neither "val" nor "test"')
        if self.images < 2:
            raise UserError("images is 2 or more")


def robustness(config: RobustnessConfig, *, use_cache: bool = True, log: Say = silent) -> Path:
    """Run the experiment, or what is left of it; give the folder it wrote.

    Parameters
    ----------
    config : RobustnessConfig
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
    from happysad.experiments.perturbations.changed_faces import (
        ChangedFaces,
        changed_frame,
        conditions_of,
    )
    from happysad.experiments.reporting.per_experiment.robustness_table import write_all
    from happysad.experiments.runner.cache_warmup import feature_cache_folder
    from happysad.experiments.runner.engine import Work, run_tasks
    from happysad.pipeline.data.dataset import load_data

    models = model_names(CompareConfig(models=config.models or MODELS))
    data = load_data(config.data, seed=config.seed, log=log)
    picked = drawn_images(data.frame[data.frame["split"] == config.part], config)
    train = data.frame[data.frame["split"] == "train"]
    chosen = [change for change in CHANGES if change in (config.changes or CHANGES)]
    frame = changed_frame(train, picked, conditions_of(chosen))
    units = _units(config, data, frame, models)
    default = Path("runs") / f"robustness-{data.name}"
    folder = RunFolder(Path(config.out or default), _identity(config, data))
    details = {"config": vars(config), "notes": data.notes}
    folder.describe({"state": "running", **details})
    log(f"{len(picked)} images of the {config.part} part under {len(units[0].places)} conditions")
    with feature_cache_folder(use_cache) as store:
        align = ChangedFaces(_predictor(models))
        work = Work(folder, frame, store, config.jobs or joblib.cpu_count(), log, align)
        run_tasks(work, units)
    folder.describe({"state": "computed", **details})
    write_all(folder.path)
    folder.describe({"state": "finished", **details})
    return folder.path


def drawn_images(part: pd.DataFrame, config: RobustnessConfig) -> pd.DataFrame:
    """At most ``config.images`` rows, each class in its share, whatever the files are called."""
    share = min(1.0, config.images / len(part))
    draw = part["sha256"].map(lambda d: hashlib.sha256(f"{config.seed}:{d}".encode()).hexdigest())
    rank = part.loc[draw.sort_values().index].groupby("label").cumcount()
    wanted = part["label"].map(part["label"].value_counts() * share).round().clip(lower=1)
    return part[rank.reindex(part.index) < wanted]


def _identity(config: RobustnessConfig, data: DataSet) -> dict[str, Any]:
    same = {"question": "robustness", "dataset": data.name, "data": data.hash, "seed": config.seed}
    return {**same, "part": config.part, "images": config.images, "changes": VERSION}


def _units(
    config: RobustnessConfig, data: DataSet, frame: pd.DataFrame, models: dict[str, str]
) -> list[FitTask]:
    from happysad.pipeline.models.registry import find_recipe, make_model

    train = np.flatnonzero(frame["split"] == "train")
    measured = frame["split"] == config.part
    places = {
        EvaluationSet(data.name, config.part, condition): np.flatnonzero(
            measured & (frame["condition"] == condition)
        )
        for condition in dict.fromkeys(frame["condition"])
    }
    return [
        FitTask(name, partial(make_model, asked), train, places, seed=config.seed,
             summary=find_recipe(asked).summary)
        for name, asked in models.items()
    ]  # fmt: skip


def _predictor(models: dict[str, str]) -> str:
    """The one that gives all models what they need."""
    from happysad.pipeline.models.registry import find_recipe

    return max((find_recipe(asked).predictor for asked in models.values()), key=int)


@click.command(name="robustness")
@run_options
@click.option("--part", type=click.Choice(["val", "test"]), help="Whose images are changed; test.")
@click.option("--images", type=click.IntRange(2), help="At most so many of them; 400.")
@click.option("--changes", help="Names with commas between; all where not given.")
@exit_on_user_error
def main(config_file: str | None, no_cache: bool, quiet: bool, **flags: Any) -> None:
    """Measure models on blurred, noisy, dark, turned, small and covered faces."""
    from happysad.experiments.reporting.per_experiment.robustness_table import print_robustness
    from happysad.experiments.runner.options import names_of

    if flags["changes"] is not None:
        flags["changes"] = names_of(flags["changes"])
    default = "robustness.toml"
    print_robustness(
        run(RobustnessConfig, robustness, config_file, no_cache, quiet, default, **flags)
    )


if __name__ == "__main__":
    main()
