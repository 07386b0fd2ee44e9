"""``happysad audit`` looks for faults in a data set; ``happysad demo`` draws one."""

from __future__ import annotations

from pathlib import Path

import click

from happysad.commands.options import no_cache_option, quiet_option, seed_option
from happysad.utils.console import exit_on_user_error, progress, say, silent
from happysad.utils.errors import UserError
from happysad.utils.jobs import job_count, jobs_option


@click.command(name="audit", no_args_is_help=True)
@click.argument("data")
@click.option("--out", help="Folder to write; runs/audit-NAME where not given.")
@jobs_option()
@seed_option
@no_cache_option
@quiet_option
@exit_on_user_error
def audit(data: str, out: str | None, jobs: int, seed: int, no_cache: bool, quiet: bool) -> None:
    """Look for copies, leaks, shortcuts and other faults in a data set.

    DATA is a folder of happy/ and sad/, a CSV file, or demo. Prints a table with a line of advice
    for each kind of finding, and writes audit.csv and audit.html.

    \b
    Examples:
      happysad audit photos
      happysad audit photos.csv --out runs/check
      happysad audit demo --quiet
    """
    from happysad.experiments.runner.run_context import feature_cache_folder
    from happysad.output.audit_report import print_audit, write_audit
    from happysad.pipeline.audit.audit import audit_data
    from happysad.utils.feature_cache import FeatureCache, use_feature_cache

    if out and Path(out).exists() and not Path(out).is_dir():
        raise UserError(f"--out {out} is a file: name a folder for the results")
    with (
        progress(quiet),
        feature_cache_folder(not no_cache) as cache,
        use_feature_cache(FeatureCache(cache)),
    ):
        log = silent if quiet else say
        result = audit_data(data, seed=seed, jobs=job_count(jobs), log=log)
    folder = Path(out or Path("runs") / f"audit-{result.name}")
    write_audit(result, folder)
    print_audit(result)
    print(f"written to {folder}: audit.csv, audit.html")


@click.command(name="demo", no_args_is_help=True)
@click.argument("folder")
@click.option("--faces", default=800, show_default=True, help="How many in all, 20 or more.")
@seed_option
@exit_on_user_error
def demo(folder: str, faces: int, seed: int) -> None:
    """Draw built-in faces (of nobody) into FOLDER, as train/, val/ and test/ of happy/ and sad/.

    FOLDER is a new one: nothing is overwritten.

    \b
    Examples:
      happysad demo faces
      happysad demo few --faces 40 --seed 7
    """
    from happysad.pipeline.demo.demo_faces import demo_folder

    if Path(folder).exists():
        raise UserError(f"{folder} exists: name a new folder, so that nothing is overwritten")
    print(f"{faces} faces written to {demo_folder(Path(folder), n_samples=faces, seed=seed)}")
