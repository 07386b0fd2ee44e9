"""``happysad train``: one recipe, one data set, one model file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from happysad.utils.console import exit_on_user_error, progress, say, silent
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from happysad.pipeline.evaluation.fit_and_evaluate import EvaluationResult

DEFAULT_MODEL = "fusion-svm"


@click.command(name="train")
@click.option("--data", required=True, help="Folder of happy/ and sad/, a CSV file, or demo.")
@click.option("--model", default=DEFAULT_MODEL, show_default=True, help="Recipe, or a recipe file.")
@click.option("--out", default="happysad.joblib", show_default=True, help="Model file to write.")
@click.option("--start-from", help="Model file whose CNN is trained on: fine-tuning.")
@click.option("--jobs", type=click.IntRange(0), default=0, help="Processes; 0: one a core.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Of every random choice: parts, centres, starting weights.",
)
@click.option("--no-cache", is_flag=True, help="Neither read nor keep faces and features.")
@click.option("--quiet", is_flag=True, help="Nothing but the result.")
@exit_on_user_error
def train(
    data: str,
    model: str,
    out: str,
    start_from: str | None,
    jobs: int,
    seed: int,
    no_cache: bool,
    quiet: bool,
) -> None:
    """Fit one model on the train part of the data and save it with its card.

    Prints how it does on the parts that it was not fitted on. A wrong name after --model lists
    the recipes. Add +class-weight or +oversample to one where a class is rare.

    \b
    Examples:
      happysad train --data photos --out mine.joblib
      happysad train --data photos --model texture-svm+class-weight
      happysad train --data photos --model cnn-small --start-from cnn.joblib
    """
    from happysad.pipeline.models.registry import find_recipe

    find_recipe(model)
    if Path(out).suffix != ".joblib":
        raise UserError(f"--out {out}: a model file ends in .joblib")
    with progress(quiet):
        trial = fit_and_save(data, model, Path(out), jobs, seed, not no_cache, quiet, start_from)
    for place, metrics in trial.metrics.items():
        numbers = ", ".join(
            f"{name.removesuffix('_macro')} {metrics[name]:.3f}"
            for name in ("accuracy", "precision_macro", "recall_macro", "f1_macro", "roc_auc")
        )
        print(f"{model} on the {place.split} part of {data}: {numbers}")
    print(f"written to {out}, its card to {out}.json")


def fit_and_save(
    source: str,
    name: str,
    out: Path,
    jobs: int,
    seed: int,
    use_cache: bool,
    quiet: bool,
    start_from: str | None = None,
) -> EvaluationResult:
    """Fit the recipe ``name`` on a data set's train part; save it; give what was measured."""
    import joblib
    import numpy as np

    from happysad.experiments.runner.cache_warmup import feature_cache_folder
    from happysad.experiments.runner.engine import Work, fit_task
    from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask
    from happysad.experiments.runner.results_writer import save_with_card
    from happysad.pipeline.cnn.pretrained import fine_tuned
    from happysad.pipeline.data.dataset import load_data
    from happysad.pipeline.models.registry import find_recipe, make_model, short_name

    log = silent if quiet else say
    make = partial(make_model, name)
    if start_from is not None:
        make = partial(fine_tuned, make, start_from)
        make(0)  # whatever is wrong with the file is told before any face is looked for
    data = load_data(source, seed=seed, log=log)
    rows = {part: np.flatnonzero(data.frame["split"] == part) for part in ("train", "val", "test")}
    places = {EvaluationSet(data.name, part): rows[part] for part in ("val", "test")}
    unit = FitTask(
        short_name(name),  # the random state of the same model in a comparison
        make,
        rows["train"],
        places,
        seed=seed,
        summary=find_recipe(name).summary,
    )
    with feature_cache_folder(use_cache) as store:
        log(f"fitting {name} on {len(unit.train)} images")
        trial = fit_task(Work(None, data.frame, store, jobs or joblib.cpu_count(), log), unit)
    save_with_card(out, data, unit, trial)
    return trial
