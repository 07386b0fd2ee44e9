"""``happysad webcam``: the page of the service with the camera on."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path
from urllib.parse import urlencode

import click

from happysad.commands.options import (
    always_answer_option,
    max_error_option,
    min_face_option,
    min_score_option,
    model_option,
)
from happysad.utils.console import exit_on_user_error, say
from happysad.utils.errors import UserError

DEVICES = Path("/dev")


@click.command(name="webcam")
@model_option
@max_error_option
@always_answer_option
@min_score_option
@min_face_option
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Of the page."
)
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@exit_on_user_error
def webcam(
    model: str,
    max_error: float | None,
    always_answer: bool,
    min_score: float | None,
    min_face: float | None,
    port: int,
    no_open: bool,
) -> None:
    """Say of each face before the camera whether it is happy or sad.

    Opens a page of this machine in the browser; pictures do not leave the machine and are not
    stored.

    \b
    Examples:
      happysad webcam
      happysad webcam --max-error 0.05 --model texture-svm
    """
    from happysad.commands.serve import run_service
    from happysad.pipeline.model_files.card_thresholds import model_reject_band
    from happysad.pipeline.prediction.model_names import find_model
    from happysad.pipeline.prediction.predict_faces import check_search

    check_search(min_score, min_face)
    if not has_camera():
        raise UserError(
            "this machine has no camera; photos can be dropped on the page of happysad serve"
        )
    # What is wrong with these is said here, before the page would.
    find_model(model)
    model_reject_band(model, max_error, always_answer)
    query = {
        "max_error": max_error,
        "always_answer": always_answer,
        "min_score": min_score,
        "min_face": min_face,
    }
    given = {key: f"{value:g}" for key, value in query.items() if value}
    page = "/?" + urlencode({"camera": 1, **given})
    reason = "as you asked" if no_open else why_no_browser()
    if reason:
        say(f"no browser is opened ({reason}): open the address below with {page} at its end")
    run_service(port=port, models=(model,), open_path=None if reason else page)


def has_camera() -> bool:
    """Whether there may be a camera; only Linux can tell without opening it."""
    return not sys.platform.startswith("linux") or any(DEVICES.glob("video*"))


def why_no_browser() -> str:
    """Why no browser can be opened here, such as "there is no display"; empty where one can be."""
    if "SSH_CONNECTION" in os.environ:
        return "you are here over ssh"
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not display:
        return "there is no display"
    try:
        webbrowser.get()
    except webbrowser.Error:
        return "there is none"
    return ""
