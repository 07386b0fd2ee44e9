"""Which model is best on this data?

Fits each recipe on the training part, measures it on the validation and the test part, chooses
the best by the validation part and saves it. ``python experiments/compare.py`` and
``happysad compare`` are the same thing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from happysad.experiments.config import CompareConfig, read_config, with_flags
from happysad.experiments.console import one_sentence, progress, say, silent
from happysad.experiments.run_folder import RunFolder
from happysad.features.errors import UserError

if TYPE_CHECKING:
    from happysad.pipeline.data import DataSet
    from happysad.pipeline.trial import Sample, Trial

REPORTED = ("val", "test")
_SLOWEST = ("cnn-small", "fusion-svm", "lbp-svm", "hog-lbp-svm", "hog-svm", "embedding-svm")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Task:
    """All that a process needs to fit and measure one recipe."""

    model: str
    seed: int
    store: Path
    parts: dict[str, Sample]


def compare(config: CompareConfig, *, use_cache: bool = True, log: Say = silent) -> Path:
    """Run the comparison, or what is left of it; give the folder it wrote.

    Parameters
    ----------
    config : CompareConfig
    use_cache : bool
        Keep faces and features on disk from one run to the next.
    log : callable
        Called with lines for the reader.

    Raises
    ------
    UserError
        The data, a model's name or the folder is wrong.
    """
    from happysad.experiments.prepare import store_folder
    from happysad.experiments.recording import best_model, is_saved
    from happysad.pipeline.data import load_data
    from happysad.pipeline.models import RECIPES, find_recipe

    names = list(dict.fromkeys(config.models)) or list(RECIPES)
    for name in names:
        find_recipe(name)
    data = load_data(config.data, seed=config.seed, log=log)
    out = Path(config.out or Path("runs") / data.name)
    run = RunFolder(out, {"dataset": data.name, "data": data.hash, "seed": config.seed})
    details = {"config": vars(config), "notes": data.notes}
    run.describe({"state": "running", **details})
    with store_folder(use_cache) as store:
        _run_models(run, data, names, config, store, log)
        best = best_model(run.results)
        if best in RECIPES and not is_saved(run, best):  # the best so far has fallen behind
            _run_models(run, data, [best], config, store, log)
            best = best_model(run.results)
    _draw(run, best)
    run.describe({"state": "finished", "best": best, **details})
    return out


def _run_models(
    run: RunFolder, data: DataSet, names: list[str], config: CompareConfig, store: Path, log: Say
) -> None:
    import joblib

    from happysad.experiments.prepare import prepare
    from happysad.experiments.recording import record, record_failure
    from happysad.features.progress import report
    from happysad.pipeline.models import make_model

    settings: dict[str, str] = {}
    for name in names:
        try:
            settings[name] = _settings(name, config.seed)
        except Exception as error:  # a recipe that cannot even be built
            log(f"{name} failed: {_reason(error)}")
            record_failure(run, data, name, config.seed, "", _reason(error))
    todo = _unfinished(run, settings)
    if len(todo) < len(settings):
        log(f"{len(settings) - len(todo)} of {len(names)} models were finished before")
    if not todo:
        return
    jobs = config.jobs or joblib.cpu_count()
    parts = prepare({name: make_model(name) for name in todo}, data.frame, store, jobs)
    tasks = [Task(name, config.seed, store, parts[name]) for name in todo]
    work = joblib.Parallel(n_jobs=min(jobs, len(tasks)), return_as="generator_unordered")
    report("fitting models", 0, len(tasks))
    ended = work(joblib.delayed(_try_recipe)(task) for task in tasks)
    for done, (name, trial, reason) in enumerate(ended, 1):
        if trial is None:
            log(f"{name} failed: {reason}")
            record_failure(run, data, name, config.seed, settings[name], reason)
        else:
            record(run, data, name, config.seed, settings[name], trial)
        report("fitting models", done, len(tasks))


def _unfinished(run: RunFolder, settings: dict[str, str]) -> list[str]:
    """Models to fit, the slowest first so that none of them is left over at the end."""
    from happysad.experiments.recording import best_model, is_saved

    todo = [name for name, digest in settings.items() if not run.finished(name, digest)]
    best = best_model(run.results)
    if best in settings and best not in todo and not is_saved(run, best):
        todo.append(best)
    return sorted(todo, key=lambda name: (*_SLOWEST, name).index(name))


def _try_recipe(task: Task) -> tuple[str, Trial | None, str]:
    """Run one trial; a recipe that fails gives its reason in place of a result."""
    from happysad.features.store import FeatureStore
    from happysad.pipeline.models import make_model
    from happysad.pipeline.trial import run_trial

    try:
        model = make_model(task.model, unit_seed(task.seed, task.model))
        others = {split: task.parts[split] for split in REPORTED}
        trial = run_trial(model, task.parts["train"], others, FeatureStore(task.store))
    except Exception as error:  # whatever it is, the other recipes go on
        return task.model, None, _reason(error)
    return task.model, trial, ""


def _reason(error: Exception) -> str:
    """What went wrong, in one line."""
    text = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())


def unit_seed(seed: int, model: str) -> int:
    """The random state of one model of a run: a hash of its named axes, below 2^31."""
    digest = hashlib.sha256(f"seed={seed} model={model}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def _settings(name: str, seed: int) -> str:
    """A digest of all parameters of a model and of the libraries that fit it."""
    from happysad.pipeline.model_card import library_versions
    from happysad.pipeline.models import make_model

    parameters = make_model(name, unit_seed(seed, name)).get_params().items()
    text = repr(sorted((key, repr(value)) for key, value in parameters))
    versions = repr(sorted(library_versions(("torch", "skorch")).items()))
    return hashlib.sha256((text + versions).encode()).hexdigest()[:12]


def _draw(run: RunFolder, best: str) -> None:
    from happysad.experiments.figures import save_bars, save_confusion_matrices
    from happysad.experiments.result_table import reported_rows

    rows = reported_rows(run.results)
    if len(rows):
        save_bars(rows, run.path / "figures" / "scores.png", best)
        save_confusion_matrices(rows, run.path / "figures" / "confusion_matrices.png")


@click.command(name="compare")
@click.option("--data", help="Folder of happy/ and sad/, a CSV file, or demo (built-in faces).")
@click.option("--models", help="Names with commas between; all of them where not given.")
@click.option("--config", "config_file", help="TOML file with the same settings.")
@click.option("--out", help="Folder to write; runs/NAME where not given.")
@click.option("--jobs", type=click.IntRange(0), help="Processes; 0 or not given: one a core.")
@click.option("--seed", type=click.IntRange(0), help="Of every random choice; 0.")
@click.option("--no-cache", is_flag=True, help="Neither read nor keep faces and features.")
@click.option("--quiet", is_flag=True, help="Nothing but the results.")
@one_sentence
def main(
    data: str | None,
    models: str | None,
    config_file: str | None,
    out: str | None,
    jobs: int | None,
    seed: int | None,
    no_cache: bool,
    quiet: bool,
) -> None:
    """Compare models on happy and sad faces: a table, CSV files, figures, the best model."""
    from happysad.experiments.result_table import print_run

    config = read_config(config_file) if config_file else CompareConfig()
    names = [name.strip() for name in models.split(",") if name.strip()] if models else None
    config = with_flags(config, data=data, models=names, out=out, jobs=jobs, seed=seed)
    with progress(quiet):
        folder = compare(config, use_cache=not no_cache, log=silent if quiet else say)
    print_run(folder)


if __name__ == "__main__":
    main()
