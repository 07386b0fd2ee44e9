"""``happysad audit``: what is wrong with a data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from happysad.utils.atomic_files import atomic_write
from happysad.utils.console import exit_on_user_error, progress, say, silent
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from happysad.pipeline.audit.audit import Audit


@click.command(name="audit")
@click.argument("data")
@click.option("--out", help="Folder to write; runs/audit-NAME where not given.")
@click.option("--jobs", type=click.IntRange(0), default=0, help="Processes; 0: one a core.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Of every random choice; the same seed finds the same.",
)
@click.option("--no-cache", is_flag=True, help="Neither read nor keep faces.")
@click.option("--quiet", is_flag=True, help="Nothing but the result.")
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
    import joblib

    from happysad.experiments.runner.cache_warmup import feature_cache_folder
    from happysad.pipeline.audit import audit as auditing
    from happysad.utils.feature_cache import FeatureCache, use_feature_cache

    if out and Path(out).exists() and not Path(out).is_dir():
        raise UserError(f"--out {out} is a file: name a folder for the results")
    with (
        progress(quiet),
        feature_cache_folder(not no_cache) as store,
        use_feature_cache(FeatureCache(store)),
    ):
        log, jobs = silent if quiet else say, jobs or joblib.cpu_count()
        found = auditing.audit(data, seed=seed, jobs=jobs, log=log)
    folder = Path(out or Path("runs") / f"audit-{found.name}")
    write_audit(found, folder)
    print_audit(found)
    print(f"written to {folder}: audit.csv, audit.html")


def write_audit(found: Audit, folder: Path) -> None:
    """Write ``audit.csv`` and ``audit.html``.

    Raises
    ------
    UserError
        The folder cannot be written to.
    """
    from happysad.output.audit_page import write_page

    try:
        with atomic_write(folder / "audit.csv") as beside:
            found.findings.to_csv(beside, index=False)
        write_page(found, folder / "audit.html")
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {error.strerror or error}") from None


def print_audit(found: Audit) -> None:
    """A table of the kinds of findings on standard output: what, how many, what to do."""
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from happysad.pipeline.audit.finding_types import KINDS

    table = Table(title=f"Audit of {found.name}", box=box.SIMPLE_HEAD, title_justify="left")
    for name in ("finding", "", "found", "advice"):
        table.add_column(name, overflow="fold")
    for kind in found.kinds():
        about = KINDS[kind]
        # File names may hold brackets, which are no markup here.
        table.add_row(about.title, about.severity, escape(found.summary(kind)), about.advice)
    console = Console()
    # In a file or a pipe a table of 80 columns would break every line.
    console = console if console.is_terminal else Console(width=160)
    console.print(table)
