"""``happysad video``: a clip with its answers drawn in, and who was happy when."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from happysad.commands.model_option import max_error_option, min_score_option, model_option
from happysad.pipeline.prediction.load_any import SUFFIXES
from happysad.utils.console import exit_on_user_error, progress, say
from happysad.utils.errors import UserError
from happysad.utils.light_start import light_imports, light_start
from happysad.video_io.outputs import Outputs, new_folder, outputs
from happysad.video_io.video_writer import CODECS, ClipWriter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from happysad.output.timeline import Timeline
    from happysad.pipeline.evaluation.abstention import RejectBand
    from happysad.pipeline.tracking.tracker import FaceTracker, TrackedFace
    from happysad.video_io.video_file import Clip


@click.command(name="video")
@click.argument("clip", metavar="IN")
@click.option("--out", metavar="DIR", help="Folder to write to; IN's name and -happysad.")
@model_option
@max_error_option
@min_score_option
@click.option(
    "--format", "kind", type=click.Choice(tuple(CODECS)), default="mp4", show_default=True,
    help="Of the annotated video; browsers play webm, which takes longer to write.",
)  # fmt: skip
@click.option("--no-video", is_flag=True, help="Write the timeline only.")
@click.option("--quiet", is_flag=True, help="Nothing but mistakes.")
@exit_on_user_error
def video(
    clip: str,
    out: str | None,
    model: str,
    max_error: float | None,
    min_score: float | None,
    kind: str,
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
    if Path(clip).suffix.lower() in SUFFIXES:
        raise UserError(f"{clip} is a model, no video: say happysad video --model {clip} VIDEO")
    light_start()
    from happysad.pipeline.model_files.card_thresholds import model_reject_band
    from happysad.pipeline.model_files.safe_unpickling import unpickled_in
    from happysad.pipeline.prediction.load_any import load_any
    from happysad.pipeline.prediction.predict_faces import check_min_score
    from happysad.pipeline.tracking.tracker import FaceTracker
    from happysad.video_io.video_file import Clip

    check_min_score(min_score)
    opened = Clip(clip)
    files = outputs(clip, out, None if no_video else kind)
    band = model_reject_band(model, max_error)
    with unpickled_in(light_imports):
        loaded = load_any(model)
    tracker = FaceTracker(loaded, band, min_score=min_score)
    timeline = _written(opened, tracker, files, band, quiet)
    _warn(opened, timeline.n_frames)
    if not quiet:
        names = [file.name for file in (files.video, files.table, files.picture) if file]
        where = f"{', '.join(names)} written to {files.table.parent}"
        print(*timeline.summary(), where, sep="\n")


def _written(
    clip: Clip, tracker: FaceTracker, files: Outputs, band: RejectBand | None, quiet: bool
) -> Timeline:
    """Go through the clip and write all files, or none."""
    try:
        with new_folder(files.table.parent):
            return _write(clip, tracker, files, band, quiet)
    except OSError as error:
        raise UserError(f"cannot write to {files.table.parent}: {error.strerror}") from None
    except KeyboardInterrupt:
        say("happysad: stopped; nothing was written")
        sys.exit(130)


def _write(
    clip: Clip, tracker: FaceTracker, files: Outputs, band: RejectBand | None, quiet: bool
) -> Timeline:
    from happysad.output.timeline import Timeline
    from happysad.output.timeline_figure import save_timeline
    from happysad.utils.atomic_files import atomic_write
    from happysad.video_io.audio_track import add_sound

    with ExitStack() as stack:
        table = stack.enter_context(atomic_write(files.table))
        picture = stack.enter_context(atomic_write(files.picture))
        drawn = stack.enter_context(atomic_write(files.video)) if files.video else None
        with progress(quiet), table.open("w", encoding="utf-8", newline="") as rows:
            timeline = Timeline(rows)
            writer = ClipWriter(drawn, clip.fps) if drawn else None
            try:
                watch(clip, tracker, timeline, writer)
            finally:
                if writer:
                    writer.close()
        if drawn and add_sound(drawn, clip.path) is False and not quiet:
            say(f"the sound is left out: a {drawn.suffix} file cannot hold its kind")
        save_timeline(timeline, picture, Path(clip.path).name, band)
    return timeline


def watch(clip: Clip, tracker: FaceTracker, timeline: Timeline, writer: ClipWriter | None) -> None:
    """Answer every frame of a clip, and tell how far it is."""
    from happysad.utils.progress import report

    for seconds, frame in clip.frames():
        faces = tracker.update(frame, seconds)
        timeline.add(seconds, faces)
        if writer:
            writer.write(seconds, drawn_over(frame, faces))
        done = timeline.n_frames
        report("frames", done, max(clip.n_frames, done + 1))
    report("frames", timeline.n_frames, timeline.n_frames)  # whatever the file said


def drawn_over(frame: NDArray[np.uint8], faces: list[TrackedFace]) -> NDArray[np.uint8]:
    """A frame with its answers: track, label and p(happy) of each face."""
    from happysad.output.drawing import Mark, draw_marks, draw_note

    if not faces:
        return draw_note(frame, "no face")
    return draw_marks(
        frame, [Mark(f.box, f.label, f"{f.track} {f.label} {f.p_happy:.2f}") for f in faces]
    )


def _warn(clip: Clip, seen: int) -> None:
    """Say where a clip ended before its time; some containers only estimate their frames."""
    if clip.n_frames - seen > max(3, 0.02 * clip.n_frames):
        say(
            f"{clip.path} ended after {seen} of {clip.n_frames} frames: it is cut off or damaged, "
            "or its sound is longer than its pictures"
        )
