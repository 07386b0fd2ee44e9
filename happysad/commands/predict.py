"""``happysad predict``: the predictions of a model for photos and folders."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from happysad.commands import options
from happysad.utils.console import exit_on_user_error, progress, say, silent
from happysad.utils.errors import UserError
from happysad.utils.jobs import jobs_option
from happysad.utils.light_start import light_imports, light_start

if TYPE_CHECKING:
    from happysad.utils.image_decoding import ImageSource


@click.command(name="predict", no_args_is_help=True)
@click.argument("images", nargs=-1, required=True)
@options.model_option
@options.max_error_option
@options.always_answer_option
@options.min_score_option
@options.min_face_option
@options.crops_option
@click.option("--csv", "csv_file", metavar="FILE", help="Write the table as CSV; - prints it.")
@click.option("--json", "json_file", metavar="FILE", help="Write the answers as JSON; - prints.")
@click.option("--annotate", metavar="DIR", help="Write the pictures with the answers drawn in.")
@jobs_option("Threads", default=1)
@click.option("--quiet", is_flag=True, help="No progress bar, no line at the end.")
@exit_on_user_error
def predict(
    images: tuple[str, ...],
    model: str,
    max_error: float | None,
    always_answer: bool,
    min_score: float | None,
    min_face: float | None,
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
      happysad predict crops/ --crops --always-answer
      find . -name "*.jpg" | happysad predict - --model mine.joblib --jobs -1
    """
    options.reject_model_files("predict", images)
    light_start()
    from happysad.commands.output_paths import STDOUT, annotated_paths, check_output_paths
    from happysad.output.prediction_table import print_predictions, summary, write_csv, write_json
    from happysad.pipeline.model_files.card_thresholds import model_reject_band
    from happysad.pipeline.model_files.safe_unpickling import unpickled_in
    from happysad.pipeline.prediction.model_names import find_model
    from happysad.pipeline.prediction.predict import load_any
    from happysad.pipeline.prediction.predict_faces import HALF, check_search, predict_named

    check_search(min_score, min_face)
    search = {"min_score": min_score, "min_face": min_face}
    find_model(model)
    named = _named_images(images, silent if quiet else say)
    sources = [source for _, source in named]
    check_output_paths(csv_file, json_file, annotate, sources)
    drawn_paths = annotated_paths(annotate, sources) if annotate else []
    band = model_reject_band(model, max_error, always_answer) or HALF
    with unpickled_in(light_imports):
        pipeline = load_any(model)
    try:
        with progress(quiet):
            predicted = predict_named(
                pipeline, named, crops=crops, **search, band=band, n_jobs=jobs
            )
            predictions = list(predicted)
    except KeyboardInterrupt:
        say("happysad: stopped; nothing was written")
        sys.exit(130)

    if csv_file:
        write_csv(predictions, csv_file)
    if json_file:
        thresholds = {"max_error": max_error, "low": band.low, "high": band.high}
        settings = {"model": model, **thresholds, **search}
        write_json(predictions, json_file, settings)
    if STDOUT not in (csv_file, json_file):
        print_predictions(predictions)
    lines = [f"written to {file}" for file in (csv_file, json_file) if file and file != STDOUT]
    if annotate:
        from happysad.output.annotate import annotate as draw

        drawn = draw(zip(predictions, sources, strict=True), drawn_paths)
        lines.append(f"{len(drawn)} pictures written to {annotate}")
    if not quiet:
        for line in [summary(predictions, crops), *lines]:
            say(line)
    if any(prediction.status == "unreadable" for prediction in predictions):
        sys.exit(1)


def _named_images(
    images: tuple[str, ...], log: Callable[[str], None]
) -> list[tuple[str, ImageSource]]:
    from happysad.pipeline.prediction.image_sources import VIDEO_SUFFIXES, named_images

    for image in images:
        if Path(image).suffix.lower() in VIDEO_SUFFIXES and Path(image).is_file():
            raise UserError(f"{image} is a video: say happysad video {image}")
    paths = [path for image in images for path in (_stdin_paths() if image == "-" else [image])]
    return list(named_images(paths, log))


def _stdin_paths() -> list[str]:
    """Paths on standard input: one a line, or parted by NUL as ``find -print0`` does."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # names of files can be any bytes
    text = sys.stdin.read() if sys.stdin else ""
    if "\ufffd" in text or any(c < " " and c not in "\0\t\n\r" for c in text[:1000]):
        raise UserError("what came in on standard input are no paths: pipe them in, one a line")
    parts = text.split("\0") if "\0" in text else text.splitlines()
    paths = [part for part in parts if part.strip()]
    if not paths:
        raise UserError("no paths came in on standard input: pipe them in, one a line")
    return paths
