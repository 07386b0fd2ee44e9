"""Where ``predict`` and ``video`` write to, checked before the work."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from happysad.utils.image_decoding import ImageSource

STDOUT = "-"
LOSSLESS = (".png", ".bmp", ".tif", ".tiff", ".gif", ".pgm", ".ppm")


class VideoPaths(NamedTuple):
    """Files that ``happysad video`` writes; ``video`` is None where none is to be written."""

    video: Path | None
    table: Path
    figure: Path


def video_paths(source: str, out: str | None, suffix: str | None) -> VideoPaths:
    """The files in ``out``, or in a folder named after the video, none of them ``source``."""
    if out == "":
        raise UserError("--out needs the name of a folder")
    folder = Path(out) if out else Path(f"{Path(source).stem}-happysad")
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise UserError(f"{folder} is a file: name a folder for the results by --out")
    video = folder / f"annotated.{suffix}" if suffix else None
    paths = VideoPaths(video, folder / "timeline.csv", folder / "timeline.png")
    if os.path.realpath(source) in {os.path.realpath(path) for path in paths if path}:
        raise UserError(f"--out {folder} would write over {source}: name another folder")
    return paths


def annotated_paths(folder: str, images: Sequence[ImageSource]) -> list[Path]:
    """Where each image's annotated copy goes: its own name, numbered where two share one."""
    originals = {os.path.realpath(str(image)) for image in images}
    numbers: Counter[str] = Counter()
    taken: set[str] = set()  # whatever the case: to some systems a.jpg and A.jpg are one
    paths = []
    for image in images:
        stem = Path(str(image)).stem
        suffix = ".png" if Path(str(image)).suffix.lower() in LOSSLESS else ".jpg"
        name, first = stem + suffix, stem.casefold() + suffix
        while name.casefold() in taken:
            numbers[first] += 1
            name = f"{stem}-{numbers[first] + 1}{suffix}"
        path = Path(folder) / name
        if os.path.realpath(path) in originals:
            raise UserError(
                f"--annotate {folder} would write over your picture {path}: name another folder"
            )
        taken.add(name.casefold())
        paths.append(path)
    return paths


def check_output_paths(
    csv_file: str | None, json_file: str | None, annotate: str | None, images: Sequence[ImageSource]
) -> None:
    """UserError where a file cannot be written, would be written over another, or over an image."""
    originals = {os.path.realpath(str(image)) for image in images}
    for option, path in {"--csv": csv_file, "--json": json_file}.items():
        if path is not None and path != STDOUT:
            _check_file(option, path, originals)
    if csv_file is not None and json_file is not None:
        if csv_file == json_file == STDOUT:
            raise UserError("--csv - and --json - cannot both be printed: name a file for one")
        if os.path.realpath(csv_file) == os.path.realpath(json_file):
            same = f"--csv and --json name the same file, {csv_file}"
            raise UserError(f"{same}: name another for one")
    if annotate is not None:
        if os.path.exists(annotate) and not os.path.isdir(annotate):
            raise UserError(f"--annotate {annotate} is a file: name a folder")
        _check_folder("--annotate", annotate, Path(annotate))


def _check_file(option: str, path: str, originals: set[str]) -> None:
    from happysad.utils.image_files import is_image_name

    if not path:
        raise UserError(f"{option} needs the name of a file")
    if os.path.realpath(path) in originals or is_image_name(Path(path)):
        raise UserError(
            f"{option} {path} would write over a picture: name the file to write behind {option}"
        )
    if os.path.isdir(path):
        raise UserError(f"cannot write to {option} {path}: it is a folder")
    _check_folder(option, path, Path(path).parent)


def _check_folder(option: str, path: str, folder: Path) -> None:
    """The folder, or the nearest above it that is there, can be written to."""
    if not path:
        raise UserError(f"{option} needs the name of a folder")
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    if not os.path.isdir(folder):
        raise UserError(f"cannot write to {option} {path}: {folder} is no folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UserError(f"cannot write to {option} {path}: {folder} may not be written to")
