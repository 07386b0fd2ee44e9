"""``happysad train`` fits a recipe and saves it; ``happysad export`` writes a CNN as ONNX."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from happysad.commands.options import no_cache_option, quiet_option, seed_option
from happysad.utils.console import exit_on_user_error, progress, say, silent
from happysad.utils.errors import UserError
from happysad.utils.jobs import job_count, jobs_option

if TYPE_CHECKING:
    from happysad.pipeline.evaluation.fit_and_evaluate import EvaluationResult


@click.command(name="train", no_args_is_help=True)
@click.option("--data", required=True, help="Folder of happy/ and sad/, a CSV file, or demo.")
@click.option("--model", default="texture-svm", show_default=True, help="Recipe, or a recipe file.")
@click.option("--out", default="happysad.joblib", show_default=True, help="Model file to write.")
@click.option(
    "--start-from",
    help="Fine-tuning: pretrained, a model file, or weights of torchvision's resnet18 (.pth).",
)
@jobs_option()
@seed_option
@no_cache_option
@quiet_option
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
      happysad train --data photos --model cnn-pretrained
      happysad train --data photos --model cnn-small --start-from cnn.joblib
    """
    from happysad.pipeline.models.registry import find_recipe

    find_recipe(model)
    if Path(out).suffix != ".joblib":
        raise UserError(f"--out {out}: a model file ends in .joblib")
    with progress(quiet):
        result = fit_and_save(data, model, Path(out), jobs, seed, not no_cache, quiet, start_from)
    for evaluation_set, metrics in result.metrics.items():
        numbers = ", ".join(
            f"{name.removesuffix('_macro')} {metrics[name]:.3f}"
            for name in ("accuracy", "precision_macro", "recall_macro", "f1_macro", "roc_auc")
        )
        print(f"{model} on the {evaluation_set.split} part of {data}: {numbers}")
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
    """Fit the recipe ``name`` on a data set's train part; save it; return the result."""
    from happysad.experiments.runner.best_model import save_with_card
    from happysad.experiments.runner.candidates import recipe
    from happysad.experiments.runner.engine import fit_task
    from happysad.experiments.runner.fit_tasks import split_rows
    from happysad.experiments.runner.run_context import RunContext, feature_cache_folder
    from happysad.pipeline.data.dataset import load_data
    from happysad.pipeline.models.recipe import fine_tuned
    from happysad.pipeline.models.registry import make_model

    log = silent if quiet else say
    make = partial(make_model, name)
    if start_from is not None:
        make = partial(fine_tuned, make, start_from)
        make(0)  # whatever is wrong with the file is told before any face is looked for
    data = load_data(source, seed=seed, log=log)
    train, evaluated = split_rows(data)
    task = recipe(name, make).task(train, evaluated, seed=seed)
    with feature_cache_folder(use_cache) as cache:
        log(f"fitting {name} on {len(train)} images")
        run = RunContext(None, data.frame, cache, job_count(jobs), log)
        result = fit_task(run, task)
    save_with_card(out, data, task, result)
    return result


@click.command(name="export", no_args_is_help=True)
@click.argument("model")
@click.argument("out")
@exit_on_user_error
def export(model: str, out: str) -> None:
    """Write the CNN in the file MODEL as ONNX to OUT, with a card beside it.

    happysad predict takes the new file too, and needs no torch for it. Load only files you made
    or trust: MODEL can run code; an ONNX file cannot.

    \b
    Examples:
      happysad train --data demo --model cnn-small --out cnn.joblib
      happysad export cnn.joblib cnn.onnx
      happysad predict --model cnn.onnx photo.jpg
    """
    from happysad.pipeline.cnn.onnx_export import export_onnx
    from happysad.pipeline.demo.demo_faces import make_demo_faces
    from happysad.pipeline.model_files.model_card import read_card
    from happysad.pipeline.model_files.model_file import load_model

    if Path(out).suffix != ".onnx":
        raise UserError(f"{out}: an ONNX file ends in .onnx")
    # Built-in faces, so that nobody's picture goes into the card.
    selfcheck_images, _ = make_demo_faces(4, random_state=0)
    export_onnx(load_model(model), out, read_card(model), selfcheck_images=list(selfcheck_images))
    print(f"written to {out}, its card to {out}.json")
