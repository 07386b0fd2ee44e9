"""``happysad train``: one recipe, one data set, one model file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from happysad.experiments.console import one_sentence, progress, say, silent
from happysad.features.errors import UserError

if TYPE_CHECKING:
    from happysad.pipeline.trial import Trial

DEFAULT_MODEL = "fusion-svm"


@click.command(name="train")
@click.option("--data", required=True, help="Folder of happy/ and sad/, a CSV file, or demo.")
@click.option("--model", default=DEFAULT_MODEL, show_default=True, help="Name of the recipe.")
@click.option("--out", default="happysad.joblib", show_default=True, help="Model file to write.")
@click.option("--jobs", type=click.IntRange(0), default=0, help="Processes; 0: one a core.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--no-cache", is_flag=True, help="Neither read nor keep faces and features.")
@click.option("--quiet", is_flag=True, help="Nothing but the result.")
@one_sentence
def train(
    data: str, model: str, out: str, jobs: int, seed: int, no_cache: bool, quiet: bool
) -> None:
    """Fit one model on the train part of the data and save it with its card."""
    from happysad.pipeline.models import find_recipe

    find_recipe(model)
    if Path(out).suffix != ".joblib":
        raise UserError(f"--out {out}: a model file ends in .joblib")
    with progress(quiet):
        trial = fit_and_save(data, model, Path(out), jobs, seed, not no_cache, quiet)
    for part, metrics in trial.metrics.items():
        numbers = ", ".join(
            f"{name.removesuffix('_macro')} {metrics[name]:.3f}"
            for name in ("accuracy", "precision_macro", "recall_macro", "f1_macro", "roc_auc")
        )
        print(f"{model} on the {part} part of {data}: {numbers}")
    print(f"written to {out}, its card to {out}.json")


def fit_and_save(
    source: str, name: str, out: Path, jobs: int, seed: int, use_cache: bool, quiet: bool
) -> Trial:
    """Fit the recipe ``name`` on a data set's train part; save it; give what was measured."""
    import joblib

    from happysad.experiments.compare import unit_seed
    from happysad.experiments.prepare import prepare, store_folder
    from happysad.experiments.recording import save_with_card
    from happysad.features.store import FeatureStore
    from happysad.pipeline.data import load_data
    from happysad.pipeline.models import make_model
    from happysad.pipeline.trial import run_trial

    log = silent if quiet else say
    data = load_data(source, seed=seed, log=log)
    model = make_model(name, unit_seed(seed, name))  # the same model as in a comparison
    with store_folder(use_cache) as store:
        parts = prepare({name: model}, data.frame, store, jobs or joblib.cpu_count())[name]
        log(f"fitting {name} on {len(parts['train'].faces)} images")
        model.set_params(faces__n_jobs=None)
        others = {part: parts[part] for part in ("val", "test")}
        trial = run_trial(model, parts["train"], others, FeatureStore(store))
    save_with_card(out, data, name, trial)
    return trial
