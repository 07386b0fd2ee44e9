"""``happysad predict``: what a model says of photos and folders."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from happysad.commands.model_option import (
    max_error_option,
    min_score_option,
    model_option,
    refuse_model_files,
)
from happysad.utils.console import exit_on_user_error, progress, say
from happysad.utils.errors import UserError
from happysad.utils.light_start import light_imports, light_start

if TYPE_CHECKING:
    from happysad.pipeline.prediction.prediction import ImagePrediction
    from happysad.utils.image_decoding import ImageSource

UNREAD = 1
"""Exit code where an image could not be read."""


@click.command(name="predict")
@click.argument("images", nargs=-1, required=True)
@model_option
@max_error_option
@min_score_option
@click.option("--crops", is_flag=True, help="The images are tight crops of one face each.")
@click.option("--csv", "csv_file", metavar="FILE", help="Write the table as CSV; - prints it.")
@click.option("--json", "json_file", metavar="FILE", help="Write the answers as JSON; - prints.")
@click.option("--annotate", metavar="DIR", help="Write the pictures with the answers drawn in.")
@click.option("--jobs", default=1, show_default=True, help="Threads; -1 for one per core.")
@click.option("--quiet", is_flag=True, help="No progress bar, no line at the end.")
@exit_on_user_error
def predict(
    images: tuple[str, ...],
    model: str,
    max_error: float | None,
    min_score: float | None,
    crops: bool,
    csv_file: str | None,
    json_file: str | None,
    annotate: str | None,
    jobs: int,
    quiet: bool,
) -> None:
    """Say of each face in IMAGES whether it is happy or sad.

    IMAGES are files, folders (searched with their sub-folders), patterns in quotes such as
    "holiday/**/*.jpg", or - for paths on standard input, one a line.

    Ends with 0 where every image could be read, with 1 where some could not (their rows say
    why), with 2 and a sentence where nothing was answered.

    A model file is one that compare, train or export wrote. Load only files you made or trust:
    a .joblib file can run code (a .onnx file cannot).

    \b
    Examples:
      happysad predict photo.jpg
      happysad predict holiday/ --csv answers.csv --annotate drawn/
      happysad predict "scans/*.png" --max-error 0.05 --json -
      find . -name "*.jpg" | happysad predict - --model mine.joblib --jobs -1
    """
    refuse_model_files("predict", images)
    if jobs < -1 or jobs == 0:
        raise UserError(f"--jobs is a number of threads, or -1 for one per core, not {jobs}")
    light_start()
    from happysad.commands.targets import check_targets
    from happysad.output.annotate import targets
    from happysad.pipeline.model_files.card_thresholds import model_reject_band
    from happysad.pipeline.prediction.predict_faces import check_min_score

    check_min_score(min_score)
    named = _named(images)
    check_targets(csv_file, json_file, annotate, [source for _, source in named])
    places = targets(Path(annotate), [source for _, source in named]) if annotate else []
    band = model_reject_band(model, max_error)
    asked = {"crops": crops, "min_score": min_score, "band": band}
    answers = _answered(model, named, asked, jobs, quiet)
    facts = {"model": model, "max_error": max_error, "min_score": min_score}
    told = _write(answers, csv_file, json_file, facts)
    if annotate:
        from happysad.output.annotate import annotate as draw

        pairs = zip(answers, (source for _, source in named), strict=True)
        told.append(f"{len(draw(pairs, places))} pictures written to {annotate}")
    _tell(answers, crops, quiet, told)
    if any(answer.status == "unreadable" for answer in answers):
        sys.exit(UNREAD)


def _named(images: tuple[str, ...]) -> list[tuple[str, ImageSource]]:
    from happysad.pipeline.prediction.image_sources import VIDEO_SUFFIXES, named_images

    for image in images:
        if Path(image).suffix.lower() in VIDEO_SUFFIXES and Path(image).is_file():
            raise UserError(f"{image} is a video: say happysad video {image}")
    paths = [path for image in images for path in (_piped() if image == "-" else [image])]
    return list(named_images(paths))


def _piped() -> list[str]:
    """Paths on standard input: one a line, or parted by NUL as ``find -print0`` does."""
    text = sys.stdin.read() if sys.stdin else ""
    if "\ufffd" in text or any(c < " " and c not in "\0\t\n\r" for c in text[:1000]):
        raise UserError("what came in on standard input are no paths: pipe them in, one a line")
    parts = text.split("\0") if "\0" in text else text.splitlines()
    paths = [part for part in parts if part.strip()]
    if not paths:
        raise UserError("no paths came in on standard input: pipe them in, one a line")
    return paths


def _answered(
    model: str,
    named: list[tuple[str, ImageSource]],
    asked: dict[str, Any],
    jobs: int,
    quiet: bool,
) -> list[ImagePrediction]:
    from happysad.pipeline.model_files.safe_unpickling import unpickled_in
    from happysad.pipeline.prediction.load_any import load_any
    from happysad.pipeline.prediction.predict_faces import predict_named

    with unpickled_in(light_imports):
        loaded = load_any(model)
    try:
        with progress(quiet):
            return list(predict_named(loaded, named, **asked, n_jobs=jobs))
    except KeyboardInterrupt:
        say("happysad: stopped; nothing was written")
        sys.exit(130)


def _write(
    answers: list[ImagePrediction],
    csv_file: str | None,
    json_file: str | None,
    facts: dict[str, Any],
) -> list[str]:
    """The files that were asked for, and the table unless one of them was printed."""
    from happysad.output.prediction_table import print_table, write_csv, write_json

    if csv_file:
        write_csv(answers, csv_file)
    if json_file:
        write_json(answers, json_file, facts)
    if "-" not in (csv_file, json_file):
        print_table(answers)
    return [f"written to {file}" for file in (csv_file, json_file) if file and file != "-"]


def _tell(answers: list[ImagePrediction], crops: bool, quiet: bool, told: list[str]) -> None:
    """The line at the end, apart from the results."""
    from happysad.output.prediction_table import summary

    if not quiet:
        for line in [summary(answers, crops), *told]:
            say(line)
