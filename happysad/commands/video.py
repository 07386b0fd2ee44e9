"""``happysad video``: an annotated video, and who was happy when."""

from __future__ import annotations

import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from happysad.commands.options import (
    always_answer_option,
    max_error_option,
    min_face_option,
    min_score_option,
    model_option,
)
from happysad.commands.output_paths import VideoPaths, video_paths
from happysad.pipeline.prediction.predict import MODEL_SUFFIXES
from happysad.utils.console import exit_on_user_error, progress, say
from happysad.utils.errors import UserError
from happysad.utils.light_start import light_imports, light_start
from happysad.video_io.video_writer import CODECS, VideoWriter

if TYPE_CHECKING:
    from happysad.output.timeline import Timeline
    from happysad.pipeline.tracking.tracker import FaceTracker
    from happysad.video_io.video_file import VideoReader


@click.command(name="video", no_args_is_help=True)
@click.argument("source", metavar="IN")
@click.option("--out", metavar="DIR", help="Folder to write to; IN's name and -happysad.")
@model_option
@max_error_option
@always_answer_option
@min_score_option
@min_face_option
@click.option(
    "--format", "suffix", type=click.Choice(tuple(CODECS)), default="mp4", show_default=True,
    help="Of the annotated video; browsers play webm, which takes longer to write.",
)  # fmt: skip
@click.option("--no-video", is_flag=True, help="Write the timeline only.")
@click.option("--quiet", is_flag=True, help="Nothing but mistakes.")
@exit_on_user_error
def video(
    source: str,
    out: str | None,
    model: str,
    max_error: float | None,
    always_answer: bool,
    min_score: float | None,
    min_face: float | None,
    suffix: str,
    no_video: bool,
    quiet: bool,
) -> None:
    """Say of each face in the video IN, frame by frame, whether it is happy or sad.

    Faces are followed and numbered from 1 in order of first sight; the probability is smoothed
    over about half a second. Into DIR go annotated.mp4, the video with the answers drawn in;
    timeline.csv, a row per frame and face, and one with the label no_face where there is none;
    timeline.png, the same as a picture. Files of these names there are replaced. Without --out,
    DIR is made in the current folder and named after IN.

    The sound is copied where the program ffmpeg is installed, and left out elsewhere. A video
    that breaks off is answered as far as it goes.

    \b
    Examples:
      happysad video party.mp4
      happysad video party.mp4 --out seen/ --max-error 0.05
      happysad video party.mov --format webm
      happysad video lecture.avi --no-video --model texture-svm
    """
    if Path(source).suffix.lower() in MODEL_SUFFIXES:
        raise UserError(f"{source} is a model, no video: say happysad video --model {source} VIDEO")
    light_start()
    from happysad.pipeline.model_files.card_thresholds import model_reject_band
    from happysad.pipeline.model_files.safe_unpickling import unpickled_in
    from happysad.pipeline.prediction.model_names import find_model
    from happysad.pipeline.prediction.predict import load_any
    from happysad.pipeline.prediction.predict_faces import check_search
    from happysad.pipeline.tracking.tracker import FaceTracker
    from happysad.video_io.video_file import VideoReader

    check_search(min_score, min_face)
    reader = VideoReader(source)
    paths = video_paths(source, out, None if no_video else suffix)
    find_model(model)
    band = model_reject_band(model, max_error, always_answer)
    with unpickled_in(light_imports):
        pipeline = load_any(model)
    tracker = FaceTracker(pipeline, band, min_score=min_score, min_face=min_face)
    timeline = _write_all(reader, tracker, paths, quiet)
    if reader.n_frames - timeline.n_frames > max(3, 0.02 * reader.n_frames):
        say(
            f"{source} ended after {timeline.n_frames} of {reader.n_frames} frames: it is cut off "
            "or damaged, or its sound is longer than its pictures"
        )
    if not quiet:
        names = ", ".join(path.name for path in paths if path)
        print(*timeline.summary(), f"{names} written to {paths.table.parent}", sep="\n")


def _write_all(
    reader: VideoReader, tracker: FaceTracker, paths: VideoPaths, quiet: bool
) -> Timeline:
    """Write all files, or none; and no folder without files."""
    folder = paths.table.parent
    is_new = not folder.exists()
    try:
        return _write(reader, tracker, paths, quiet)
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {error.strerror}") from None
    except KeyboardInterrupt:
        say("happysad: stopped; nothing was written")
        sys.exit(130)
    finally:
        if is_new:
            with suppress(OSError):  # it holds files
                folder.rmdir()


def _write(reader: VideoReader, tracker: FaceTracker, paths: VideoPaths, quiet: bool) -> Timeline:
    from happysad.output.timeline import Timeline
    from happysad.output.timeline_figure import save_timeline
    from happysad.utils.atomic_files import atomic_write
    from happysad.video_io.video_writer import add_sound

    with ExitStack() as stack:
        table = stack.enter_context(atomic_write(paths.table))
        figure = stack.enter_context(atomic_write(paths.figure))
        video = stack.enter_context(atomic_write(paths.video)) if paths.video else None
        with progress(quiet), table.open("w", encoding="utf-8", newline="") as rows:
            timeline = Timeline(rows)
            writer = VideoWriter(video, reader.fps) if video else None
            try:
                track_video(reader, tracker, timeline, writer)
            finally:
                if writer:
                    writer.close()
        if video and add_sound(video, reader.path) is False and not quiet:
            say(f"the sound is left out: a {video.suffix} file cannot hold its kind")
        save_timeline(timeline, figure, Path(reader.path).name, tracker.band)
    return timeline


def track_video(
    reader: VideoReader, tracker: FaceTracker, timeline: Timeline, writer: VideoWriter | None
) -> None:
    """Predict every frame of a video, and report the progress."""
    from happysad.output.annotate import annotate_frame
    from happysad.utils.progress import report

    for seconds, frame in reader.frames():
        faces = tracker.update(frame, seconds)
        timeline.add(seconds, faces)
        if writer:
            writer.write(seconds, annotate_frame(frame, faces))
        done = timeline.n_frames
        report("frames", done, max(reader.n_frames, done + 1))
    report("frames", timeline.n_frames, timeline.n_frames)  # whatever the file said
