"""Where ``happysad predict`` is told to write, looked at before the work."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from happysad.utils.image_decoding import ImageSource

PRINTED = "-"


def check_targets(
    csv_file: str | None,
    json_file: str | None,
    annotate: str | None,
    sources: Sequence[ImageSource],
) -> None:
    """UserError where a file cannot be written, would be written over another, or over an image."""
    originals = {os.path.realpath(str(source)) for source in sources}
    files = {"--csv": csv_file, "--json": json_file}
    for option, place in files.items():
        if place is not None and place != PRINTED:
            _check_file(option, place, originals)
    if csv_file is not None and json_file is not None:
        if csv_file == json_file == PRINTED:
            raise UserError("--csv - and --json - cannot both be printed: name a file for one")
        if os.path.realpath(csv_file) == os.path.realpath(json_file):
            raise UserError(
                f"--csv and --json name the same file, {csv_file}: name another for one"
            )
    if annotate is not None:
        if os.path.exists(annotate) and not os.path.isdir(annotate):
            raise UserError(f"--annotate {annotate} is a file: name a folder")
        _check_folder("--annotate", annotate, Path(annotate))


def _check_file(option: str, place: str, originals: set[str]) -> None:
    from happysad.utils.image_decoding import IMAGE_SUFFIXES

    if not place:
        raise UserError(f"{option} needs the name of a file")
    if os.path.realpath(place) in originals or Path(place).suffix.lower() in IMAGE_SUFFIXES:
        raise UserError(
            f"{option} {place} would write over a picture: name the file to write behind {option}"
        )
    if os.path.isdir(place):
        raise UserError(f"cannot write to {option} {place}: it is a folder")
    _check_folder(option, place, Path(place).parent)


def _check_folder(option: str, place: str, folder: Path) -> None:
    """The folder, or the nearest above it that is there, can be written to."""
    if not place:
        raise UserError(f"{option} needs the name of a folder")
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    if not os.path.isdir(folder):
        raise UserError(f"cannot write to {option} {place}: {folder} is no folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UserError(f"cannot write to {option} {place}: {folder} may not be written to")
