"""How does each model fall off with blur, noise, dark, rotation, small faces, a covered mouth?

Fits each recipe on the training part and evaluates it on images of one part, clean and under each
change of ``perturbations/registry.py``. Changed images go through the whole face stage, so a face
that is not found any more counts too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from happysad.experiments.perturbations.registry import CHANGES, VERSION
from happysad.experiments.runner.candidates import recipes
from happysad.experiments.runner.config import RunConfig
from happysad.experiments.runner.fit_tasks import EvaluationSet
from happysad.experiments.runner.run import data_plan, run_command, run_options, run_plan
from happysad.experiments.runner.run_context import Log
from happysad.utils.console import exit_on_user_error, silent
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

MODELS = ("fusion-svm", "hog-svm", "lbp-svm", "landmarks-svm", "cnn-small")


@dataclass(frozen=True)
class RobustnessConfig(RunConfig):
    """The settings of ``robustness``; no models means ``MODELS``, no changes all of ``CHANGES``."""

    part: str = "test"  # or "val": where the images to change come from
    images: int = 400  # at most so many of them, each class in its share
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


def robustness(config: RobustnessConfig, *, use_cache: bool = True, log: Log = silent) -> Path:
    """Run the experiment, or what is left of it; give the folder it wrote."""
    from happysad.experiments.perturbations.changed_faces import (
        ChangedFaces,
        changed_frame,
        conditions_of,
    )
    from happysad.experiments.reporting.per_experiment.robustness_table import write_all
    from happysad.pipeline.data.dataset import load_data
    from happysad.pipeline.models.registry import find_recipe

    models = recipes(config.models or MODELS)
    data = load_data(config.data, seed=config.seed, log=log)
    drawn = drawn_images(data.frame[data.frame["split"] == config.part], config)
    train = data.frame[data.frame["split"] == "train"]
    chosen = [change for change in CHANGES if change in (config.changes or CHANGES)]
    frame = changed_frame(train, drawn, conditions_of(chosen))
    in_part = frame["split"] == config.part
    evaluated = {
        EvaluationSet(data.name, config.part, condition): np.flatnonzero(
            in_part & (frame["condition"] == condition)
        )
        for condition in frame["condition"].unique()
    }
    fitted = np.flatnonzero(frame["split"] == "train")
    tasks = [model.task(fitted, evaluated, seed=config.seed) for model in models]
    drawing = {"part": config.part, "images": config.images, "changes": VERSION}
    plan = data_plan("robustness", data, tasks, config.seed, **drawing)
    predictor = max((find_recipe(model.source).predictor for model in models), key=int)
    plan = replace(plan, frame=frame, align=ChangedFaces(predictor))
    log(f"{len(drawn)} images of the {config.part} part under {len(evaluated)} conditions")
    return run_plan(plan, config, write_all, use_cache=use_cache, log=log)


def drawn_images(part: pd.DataFrame, config: RobustnessConfig) -> pd.DataFrame:
    """At most ``config.images`` rows, each class in its share, whatever the files are called."""
    share = min(1.0, config.images / len(part))
    draw = part["sha256"].map(lambda d: hashlib.sha256(f"{config.seed}:{d}".encode()).hexdigest())
    rank = part.loc[draw.sort_values().index].groupby("label").cumcount()
    wanted = part["label"].map(part["label"].value_counts() * share).round().clip(lower=1)
    return part[rank.reindex(part.index) < wanted]


@click.command(name="robustness")
@run_options
@click.option("--part", type=click.Choice(["val", "test"]), help="Whose images are changed; test.")
@click.option("--images", type=click.IntRange(2), help="At most so many of them; 400.")
@click.option("--changes", help="Names with commas between; all where not given.")
@exit_on_user_error
def main(**options: Any) -> None:
    """Measure models on blurred, noisy, dark, turned, small and covered faces.

    \b
    Examples:
      happysad experiment robustness --data photos --models hog-svm,cnn-small
      python experiments/robustness.py --changes blur,noise --images 100
    """
    from happysad.experiments.reporting.per_experiment.robustness_table import print_robustness

    print_robustness(run_command(RobustnessConfig, robustness, "robustness.toml", **options))


if __name__ == "__main__":
    main()
