"""The files that ``happysad video`` writes, and the folder that holds them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from happysad.utils.errors import UserError


@dataclass(frozen=True)
class Outputs:
    """Files to write; ``video`` is None where none is wanted."""

    video: Path | None
    table: Path
    picture: Path


def outputs(clip: str, out: str | None, kind: str | None) -> Outputs:
    """Where to write; UserError where that is a file, or the video itself."""
    if out == "":
        raise UserError("--out needs the name of a folder")
    folder = Path(out) if out else Path(f"{Path(clip).stem}-happysad")
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise UserError(f"{folder} is a file: name a folder for the results by --out")
    drawn = folder / f"annotated.{kind}" if kind else None
    files = Outputs(drawn, folder / "timeline.csv", folder / "timeline.png")
    if os.path.realpath(clip) in {os.path.realpath(f) for f in vars(files).values() if f}:
        raise UserError(f"--out {folder} would write over {clip}: name another folder")
    return files


@contextmanager
def new_folder(folder: Path) -> Iterator[None]:
    """Remove a folder that was made in the block and stayed empty."""
    there = folder.exists()
    try:
        yield
    finally:
        if not there:
            with suppress(OSError):
                folder.rmdir()
