"""What all experiments have in common: their options, and a run from its data to its report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from happysad.experiments.runner.config import Config, RunConfig, read_config
from happysad.experiments.runner.fit_tasks import FitTask
from happysad.experiments.runner.run_context import (
    Align,
    Log,
    RunContext,
    align_images,
    feature_cache_folder,
)
from happysad.utils.console import progress, say, silent
from happysad.utils.jobs import job_count, jobs_option

if TYPE_CHECKING:
    import pandas as pd

    from happysad.pipeline.data.dataset import DataSet

CONFIGS = Path(__file__).parents[1] / "configs"

Command = TypeVar("Command", bound=Callable[..., Any])

Details = Mapping[str, Any]

_OPTIONS = (
    click.option("--data", help="Folder of happy/ and sad/, a CSV file, or demo."),
    click.option("--models", help="Names with commas between; the usual ones where not given."),
    click.option("--config", "config_file", help="TOML file with the same settings."),
    click.option("--out", help="Folder to write; one below runs/ where not given."),
    jobs_option(default=None),
    click.option("--seed", type=click.IntRange(0), help="Of every random choice; 0."),
    click.option("--no-cache", is_flag=True, help="Neither read nor keep faces and features."),
    click.option("--quiet", is_flag=True, help="Nothing but the results."),
)


@dataclass(frozen=True)
class Plan:
    """What a run fits, and what makes it this run and no other.

    Attributes
    ----------
    identity : mapping
        What makes two runs the same: see ``identity_of``. With it a stopped run goes on, and the
        folder of another is refused.
    frame : pandas.DataFrame
        The images, a row each: see ``DataSet``.
    tasks : list of FitTask
    folder : str
        What is written to where the settings name no folder.
    notes : sequence of str
        What was found in the data, for the record.
    details : mapping
        Further entries of ``run.json``.
    align : callable
        What turns rows of the frame into faces.

    Examples
    --------
    >>> import pandas as pd
    >>> plan = Plan({"question": "which?", "seed": 0}, pd.DataFrame(), [], "runs/which")
    >>> plan.folder
    'runs/which'
    """

    identity: Details
    frame: pd.DataFrame
    tasks: list[FitTask]
    folder: str
    notes: Sequence[str] = ()
    details: Details = field(default_factory=dict)
    align: Align = align_images


def identity_of(question: str, dataset: str, digest: str, seed: int, **settings: Any) -> Details:
    """What makes two runs the same: name and hash of the data, and the settings that count."""
    return {"question": question, "dataset": dataset, "data": digest, "seed": seed, **settings}


def data_plan(
    question: str, data: DataSet, tasks: list[FitTask], seed: int, **settings: Any
) -> Plan:
    """A run on one data set; the settings are those that make it another run if they change."""
    identity = identity_of(question, data.name, data.hash, seed, **settings)
    folder = f"runs/{question.replace('_', '-')}-{data.name}"
    return Plan(identity, data.frame, tasks, folder, data.notes)


def run_plan(
    plan: Plan,
    config: RunConfig,
    report: Callable[[Path], None] | None = None,
    *,
    fit: Callable[[RunContext], Details | None] | None = None,
    use_cache: bool = True,
    log: Log = silent,
) -> Path:
    """Fit what the run's folder does not hold yet, and report on all of it; give the folder.

    Parameters
    ----------
    plan : Plan
    config : RunConfig
        ``out`` and ``jobs`` are followed; all of it is recorded.
    report : callable, optional
        Called with the folder once all is fitted: writes tables, figures and the report.
    fit : callable, optional
        Called with the context in place of ``run_tasks(context, plan.tasks)``; may return
        further entries of ``run.json``.
    use_cache : bool
        Keep faces and features on disk from one run to the next.
    log : callable
        Called with lines for the reader.

    Raises
    ------
    UserError
        The folder cannot be written, or holds another run.

    Examples
    --------
    >>> import tempfile
    >>> from happysad.experiments.runner.candidates import recipe
    >>> from happysad.experiments.runner.fit_tasks import split_rows
    >>> from happysad.pipeline.data.dataset import load_data
    >>> from happysad.pipeline.demo.demo_faces import demo_folder
    >>> with tempfile.TemporaryDirectory() as home:
    ...     data = load_data(demo_folder(Path(home) / "faces", n_samples=24))
    ...     tasks = [recipe("dummy").task(*split_rows(data))]
    ...     identity = identity_of("which?", data.name, data.hash, seed=0)
    ...     plan = Plan(identity, data.frame, tasks, "runs/which")
    ...     folder = run_plan(plan, RunConfig(out=f"{home}/run", jobs=1), use_cache=False)
    ...     sorted(path.name for path in folder.iterdir())
    ['predictions.csv', 'results.csv', 'run.json']
    """
    from happysad.experiments.runner.engine import run_tasks
    from happysad.experiments.runner.run_folder import RunFolder

    folder = RunFolder(config.out or plan.folder, plan.identity)
    details = {"config": vars(config), "notes": list(plan.notes), **plan.details}
    folder.describe({"state": "running", **details})
    with feature_cache_folder(use_cache) as cache:
        context = RunContext(folder, plan.frame, cache, job_count(config.jobs), log, plan.align)
        if fit is None:
            run_tasks(context, plan.tasks)
        else:
            details |= fit(context) or {}
    folder.describe({"state": "computed", **details})
    if report is not None:
        report(folder.path)
    folder.describe({"state": "finished", **details})
    return folder.path


def run_options(command: Command) -> Command:
    """Give a click command the options of every experiment."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def run_command(
    kind: type[Config],
    experiment: Callable[..., Path],
    default: str | None = None,
    *,
    config_file: str | None,
    no_cache: bool,
    quiet: bool,
    **options: Any,
) -> Path:
    """Run an experiment with the settings of a config file, of the shipped ``default`` or none.

    Options that are not None win over the file; lists are texts with commas between.
    """
    for name, value in options.items():
        if str(kind.__dataclass_fields__[name].type) == "list[str]" and isinstance(value, str):
            options[name] = names_of(value)
    config = kind()
    if config_file or default:
        config = read_config(config_file or CONFIGS / str(default), kind)
    config = replace(config, **{key: value for key, value in options.items() if value is not None})
    log = silent if quiet else say
    if not config_file and not default and options.get("data") is None and config.data == "demo":
        log("no --data is given: this takes the built-in faces, and --data FOLDER takes your own")
    with progress(quiet):
        return experiment(config, use_cache=not no_cache, log=log)


def names_of(text: str) -> list[str]:
    """The names in a text with commas between."""
    return [name.strip() for name in text.split(",") if name.strip()]
