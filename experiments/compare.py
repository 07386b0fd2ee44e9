"""Which model is best on this data?

Fits each model on the training part, evaluates it on the validation and the test part, chooses
the best by the validation part and saves it; with few images it cross-validates.
``happysad.compare`` does it from Python,
``happysad compare`` and ``python experiments/compare.py`` from the command line.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from happysad.experiments.datasets.planned_folds import fold_rows, planned_folds
from happysad.experiments.runner.candidates import Candidate, Models, find_candidates
from happysad.experiments.runner.config import CompareConfig
from happysad.experiments.runner.fit_tasks import EvaluationSet, FitTask, cross_validation
from happysad.experiments.runner.run import Plan, identity_of, run_command, run_options, run_plan
from happysad.experiments.runner.run_context import Log, RunContext
from happysad.utils.console import exit_on_user_error, silent

if TYPE_CHECKING:
    import pandas as pd

    from happysad.pipeline.data.dataset import DataSet
    from happysad.pipeline.evaluation.fit_and_evaluate import EvaluationResult


@dataclass(frozen=True, eq=False)
class Comparison:
    """What a comparison found; ``docs/columns.md`` names the columns of the frames.

    Attributes
    ----------
    best : str
        The model that does best on the validation part (in cross-validation: on the faces held
        out); "" where every model failed.
    summary : pandas.DataFrame
        A row a model that did not fail, the most accurate first: its scores on the test part (in
        cross-validation on the faces held out), of several seeds their mean. It is what the
        screen shows and ``summary.csv`` holds.
    results : pandas.DataFrame
        A row for each data set, part, model, fold and seed; a failed one with its reason.
    predictions : pandas.DataFrame
        A row for each image and fit.
    intervals, comparisons, operating_points : pandas.DataFrame
        95% intervals of the scores, paired tests between models, and what thresholds for
        "unsure" cost.
    folder : Path or None
        Where the CSV files, the figures, the report and the best model are; None without ``out``.

    Examples
    --------
    >>> import pandas as pd
    >>> none = pd.DataFrame()
    >>> Comparison("hog-svm", none, none, none, none, none, none, folder=None).best
    'hog-svm'
    """

    best: str
    summary: pd.DataFrame
    results: pd.DataFrame
    predictions: pd.DataFrame
    intervals: pd.DataFrame
    comparisons: pd.DataFrame
    operating_points: pd.DataFrame
    folder: Path | None


def compare(
    data: str | Path | DataSet,
    models: Models | None = None,
    *,
    folds: int | None = None,
    seeds: int = 1,
    seed: int = 0,
    balance: str | Sequence[str] = "none",
    neutral: str | Path | None = None,
    max_error: float = 0.05,
    out: str | Path | None = None,
    jobs: int | None = None,
    use_cache: bool = True,
    log: Log | None = None,
) -> Comparison:
    """Compare models on happy and sad faces.

    Parameters
    ----------
    data : str, Path or DataSet
        A folder of ``happy/`` and ``sad/``, a CSV file, "demo" for the built-in faces, or what
        ``load_data`` returned.
    models : sequence or mapping, optional
        Names of recipes ("hog-svm"), paths of recipe files ("mine.toml"), functions that return
        a model ("package.module:function", given ``random_state`` if it takes that), and
        unfitted scikit-learn Pipelines or classifiers. A mapping gives them names. Without, all
        standard recipes. A model that does not begin with a ``FaceAligner`` is fitted on a list
        of images, (H, W) or (H, W, 3) uint8, with the labels "happy" and "sad"; see
        ``HappySadClassifier`` for its probabilities.
    folds : int, optional
        Cross-validation in so many folds, or in as many as there are persons of each class; 0
        for one fit on the train part. Without, 5 folds where the data have no parts of their own
        and fewer than 200 images, else 0.
    seeds, seed : int
        So many repeats, beginning with this random seed.
    balance : {"none", "class-weight", "oversample"} or a sequence of these
        What is done about classes of unequal size, for each recipe in turn.
    neutral : str or Path, optional
        A folder of faces that are neither happy nor sad, to see what is predicted for them.
    max_error : float
        Error among the images that are not "unsure" which the thresholds keep to.
    out : str or Path, optional
        Folder to write; the same call goes on where a stopped one was. Without, nothing is kept.
    jobs : int, optional
        Processes; one a core, which is -1, where not given.
    use_cache : bool
        Keep faces and features on disk from one run to the next.
    log : callable, optional
        Called with lines on the progress.

    Raises
    ------
    UserError
        The data, a model or the folder is wrong. A model that fails in its fit does not end the
        comparison: it is a row of ``results``.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from happysad import compare
    >>> from happysad.pipeline.demo.demo_faces import demo_folder
    >>> with tempfile.TemporaryDirectory() as home:
    ...     faces = demo_folder(Path(home) / "faces", n_samples=24)
    ...     models = {"constant": DummyClassifier(), "pixels": "pixels-logreg"}
    ...     comparison = compare(faces, models, folds=0, jobs=1, use_cache=False)
    >>> comparison.best
    'pixels'
    >>> print(comparison.results[["model", "split", "n_test", "accuracy"]].round(2))
          model split  n_test  accuracy
    0  constant   val       4      0.50
    1  constant  test       6      0.50
    2    pixels   val       4      0.75
    3    pixels  test       6      0.67
    """
    from happysad.experiments.reporting.tables.run_tables import read_run
    from happysad.experiments.runner.run_folder import read_rows

    data_set = None if isinstance(data, str | Path) else data
    config = CompareConfig(
        data=data_set.name if data_set else str(data),
        out=str(out or ""),
        jobs=-1 if jobs is None else jobs,
        seed=seed,
        balance=[balance] if isinstance(balance, str) else list(balance),
        folds=folds,
        seeds=seeds,
        neutral=str(neutral or ""),
        max_error=max_error,
    )
    with tempfile.TemporaryDirectory(prefix="happysad-") as home:
        config = config if out else replace(config, out=f"{home}/run")
        folder = run_compare(
            config,
            data=data_set,
            models=[models] if isinstance(models, str) else models,
            figures=bool(out),
            use_cache=use_cache,
            log=log or silent,
        )
        run = read_run(folder)
        rows = {name: read_rows(folder / f"{name}.csv") for name in ("results", "predictions")}
    names = ("summary", "intervals", "comparisons", "operating_points")
    tables = {name: run[name] for name in names}
    return Comparison(run.best, **rows, **tables, folder=folder if out else None)


def run_compare(
    config: CompareConfig,
    *,
    data: DataSet | None = None,
    models: Models | None = None,
    figures: bool = True,
    use_cache: bool = True,
    log: Log = silent,
) -> Path:
    """Run the comparison, or what is left of it; give the folder it wrote.

    ``data`` and ``models`` (see ``compare``) take the place of what ``config`` names; without
    ``figures`` the tables alone are made, and no report.
    """
    from happysad.experiments.datasets.neutral_faces import with_neutral
    from happysad.experiments.reporting.html.report import finish
    from happysad.experiments.reporting.tables.summary import summarise
    from happysad.pipeline.audit.serious import serious_findings
    from happysad.pipeline.data.dataset import load_data
    from happysad.pipeline.models.registry import STANDARD

    candidates = find_candidates(models or config.models or STANDARD, config.balance)
    if models:
        config = replace(config, models=[candidate.name for candidate in candidates])
    data = data or load_data(config.data, seed=config.seed, log=log)
    frame, notes = data.frame, list(data.notes)
    folds, why = planned_folds(config.folds, data)
    config = replace(config, folds=folds)
    if why:
        notes.append(why)
        log(why)
    findings = serious_findings(frame, seed=config.seed, parts=not folds)
    if config.neutral:
        frame, more = with_neutral(frame, config.neutral, data.name)
        notes += more
        for line in more:
            log(line)
    plan = Plan(
        identity_of("compare", data.name, data.hash, config.seed, folds=folds),
        frame,
        _tasks(config, data, frame, candidates),
        f"runs/{data.name}",
        notes,
        {"findings": findings},
    )
    others = {candidate.name for candidate in candidates if not candidate.is_ours}
    fit = partial(_fit, plan=plan, data=data, config=config, others=others)
    if figures:
        report = partial(finish, log=log, max_error=config.max_error)
    else:
        report = partial(summarise, max_error=config.max_error)
    return run_plan(plan, config, report, fit=fit, use_cache=use_cache, log=log)


def _tasks(
    config: CompareConfig, data: DataSet, frame: pd.DataFrame, candidates: list[Candidate]
) -> list[FitTask]:
    rows = {str(split): np.flatnonzero(frame["split"] == split) for split in set(frame["split"])}
    tasks: list[FitTask] = []
    for seed in range(config.seed, config.seed + config.seeds):
        if not config.folds:
            evaluated = {
                EvaluationSet(data.name, split): rows[split]
                for split in ("val", "test", "neutral")
                if split in rows
            }
            tasks += [c.task(rows["train"], evaluated, seed=seed) for c in candidates]
            continue
        made = cross_validation(frame, fold_rows(data), config.folds, seed)
        for fold, (train, held_out) in made.items():
            evaluated = {EvaluationSet(data.name, "val"): held_out}
            if "neutral" in rows:  # of all folds' answers to it, the tables take the first
                evaluated[EvaluationSet(data.name, "neutral")] = rows["neutral"]
            tasks += [c.task(train, evaluated, fold=fold, seed=seed) for c in candidates]
    return tasks


def _fit(
    context: RunContext, plan: Plan, data: DataSet, config: CompareConfig, others: set[str]
) -> dict[str, str]:
    """Run the tasks and see that the best model of those that can be saved lies in the folder."""
    from happysad.experiments.runner.best_model import MODEL_FILE, best_model, rank, save_best
    from happysad.experiments.runner.engine import run_tasks

    fitted: dict[str, EvaluationResult] = {}  # the best so far alone: a model may be large

    def keep(task: FitTask, result: EvaluationResult) -> None:
        if task.fold or task.seed != config.seed or task.model in others:
            return
        val = EvaluationSet(data.name, "val")
        rivals = [rank(one.metrics[val]) for one in fitted.values()]
        if val in result.metrics and all(rank(result.metrics[val]) >= rival for rival in rivals):
            fitted.clear()
            fitted[task.model] = result

    run_tasks(context, plan.tasks, keep)
    best = best_model(context.run.results)
    saved = best_model(context.run.results, others)
    if best != saved:
        context.log(
            f"{best}, the best model, is not saved: model files hold our own recipes only"
            + (f"; {MODEL_FILE} is the best of these, {saved}" if saved else "")
        )
    tasks = [task for task in plan.tasks if task.model == saved]
    if tasks:
        save_best(context, tasks, data, fitted.get(saved))
    return {"best": best}


@click.command(name="compare")
@run_options
@click.option("--model", multiple=True, help="package.module:function that returns a Pipeline.")
@click.option("--balance", help="none, class-weight, oversample; several with commas between.")
@click.option("--folds", type=click.IntRange(0), help="Cross-validate; 5 under 200 images, else 0.")
@click.option("--seeds", type=click.IntRange(1), help="Repeat with so many seeds: mean, spread.")
@click.option("--neutral", help="Folder of faces neither happy nor sad, to see what they get.")
@click.option("--max-error", type=float, help='Error that "unsure" keeps to; 0.05.')
@exit_on_user_error
def main(model: tuple[str, ...], **options: Any) -> None:
    """Compare models on happy and sad faces: a report, CSV files, figures, the best model.

    The best is chosen by the val part and reported on the test part; of folds, chosen and reported
    on the images held out. A run that was stopped goes
    on where it was when the same command is given again. --model, which may be repeated, takes
    a scikit-learn Pipeline of your own, from images to happy or sad, into the comparison.

    \b
    Examples:
      happysad compare --data demo
      happysad compare --data photos --models hog-svm,fusion-svm --out runs/mine
      happysad compare --data photos --models hog-svm --model mine.models:make
      happysad compare --data photos --folds 5 --seeds 3
      happysad compare --config experiments/configs/fer2013/compare.toml
    """
    from happysad.experiments.reporting.tables.result_table import print_run

    if model:
        options["models"] = ",".join(filter(None, [options["models"], *model]))
    print_run(run_command(CompareConfig, run_compare, **options))


if __name__ == "__main__":
    main()
