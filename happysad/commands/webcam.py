"""``happysad webcam``: the camera's picture with the answers drawn in, as it moves."""

from __future__ import annotations

import os
import sys
import webbrowser

import click

from happysad.commands.model_option import max_error_option, min_score_option, model_option
from happysad.utils.console import exit_on_user_error, say
from happysad.utils.errors import UserError

PAGE = "/?camera=1"
"""Of the service: the page with the camera on."""


@click.command(name="webcam")
@model_option
@max_error_option
@min_score_option
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Of the page."
)
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@click.option("--window", is_flag=True, help="A window of its own in place of the browser.")
@click.option("--camera", help="Of --window: number, video file or stream; 0 where not given.")
@exit_on_user_error
def webcam(
    model: str,
    max_error: float | None,
    min_score: float | None,
    port: int,
    no_open: bool,
    window: bool,
    camera: str | None,
) -> None:
    """Say of each face before the camera whether it is happy or sad.

    Opens a page of this machine in the browser; pictures do not leave the machine and are not
    stored. With --window, a window in place of the page: q leaves, s saves the picture here.
    It needs a display, and OpenCV with windows (opencv-python in place of
    opencv-python-headless).

    \b
    Examples:
      happysad webcam
      happysad webcam --window --max-error 0.05
      happysad webcam --window --camera party.mp4
    """
    if camera is not None and not window:
        raise UserError("--camera is for --window: the page lets you choose the camera")
    from happysad.pipeline.prediction.predict_faces import check_min_score

    check_min_score(min_score)
    if window:
        _in_window(model, max_error, min_score, camera or "0")
    else:
        _in_browser(model, max_error, min_score, port, not no_open)


def _in_window(model: str, max_error: float | None, min_score: float | None, camera: str) -> None:
    from happysad.pipeline.model_files.card_thresholds import model_reject_band
    from happysad.pipeline.prediction.load_any import load_any
    from happysad.pipeline.tracking.tracker import FaceTracker
    from happysad.video_io.window import show
    from happysad.video_io.window_checks import check_camera, check_windows

    band = model_reject_band(model, max_error)
    check_windows()
    check_camera(camera)
    show(FaceTracker(load_any(model), band, min_score=min_score), camera)


def _in_browser(
    model: str, max_error: float | None, min_score: float | None, port: int, opened: bool
) -> None:
    from happysad.commands.serve import run_service
    from happysad.pipeline.model_files.card_thresholds import model_reject_band
    from happysad.video_io.window_checks import cameras

    if cameras() == []:
        raise UserError(
            "this machine has no camera; photos can be dropped on the page of happysad serve"
        )
    model_reject_band(model, max_error)  # says what is wrong with it before the page would
    asked = {"max_error": max_error, "min_score": min_score}
    given = (f"&{name}={value:g}" for name, value in asked.items() if value is not None)
    page = PAGE + "".join(given)
    reason = why_no_browser() if opened else "as you asked"
    if reason:
        say(f"no browser is opened ({reason}): open the address below with {page} at its end")
    run_service(port=port, models=(model,), open_path=None if reason else page)


def why_no_browser() -> str:
    """Why no browser can be opened here, such as "no display"; empty where one can be."""
    if "SSH_CONNECTION" in os.environ:
        return "you are here over ssh"
    shown = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if sys.platform.startswith("linux") and not shown:
        return "there is no display"
    try:
        webbrowser.get()
    except webbrowser.Error:
        return "there is none"
    return ""
