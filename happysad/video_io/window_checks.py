"""What a window needs, found out before a library of the window system can abort the process."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

from happysad.utils.errors import UserError

DEVICES = Path("/dev")

_PROBE = "import cv2; cv2.namedWindow('happysad'); cv2.waitKey(1); cv2.destroyAllWindows()"


def check_windows() -> None:
    """UserError where OpenCV is built without windows, or no display answers."""
    if gui() == "NONE":
        raise UserError(
            "this OpenCV is built without windows: in an environment of its own, put opencv-python "
            "in the place of opencv-python-headless, or leave --window out"
        )
    if sys.platform.startswith("linux"):
        check_display()
    done = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True)
    if done.returncode:  # in a process of its own: Qt and X end theirs without asking
        raise UserError(f"OpenCV cannot open a window here ({_last_line(done.stderr)})")


def gui() -> str:
    """The window system that OpenCV is built for: QT5, GTK3, COCOA, WIN32UI; NONE for none."""
    import cv2

    found = re.search(r"^ *GUI: +(\S+)", cv2.getBuildInformation(), re.MULTILINE)
    return found[1] if found else "NONE"


def check_display() -> None:
    """UserError where neither X nor Wayland has a display for this process."""
    display = os.environ.get("DISPLAY", "")
    if not display:
        if os.environ.get("WAYLAND_DISPLAY"):
            return
        raise UserError(
            "there is no display for a window (DISPLAY is not set): leave --window out, and the "
            "page of happysad webcam can be opened from elsewhere"
        )
    if not _answers(display):
        raise UserError(f"no display answers at {display} (DISPLAY): there is none for a window")


def cameras() -> list[Path] | None:
    """The cameras of this machine; None where that cannot be told without opening them."""
    if not sys.platform.startswith("linux"):
        return None
    return sorted(DEVICES.glob("video*"))


def check_camera(camera: str) -> None:
    """UserError where a camera, by number, or a file or stream, by name, gives no picture."""
    import cv2

    from happysad.video_io.video_file import quiet_opencv

    if camera.isdigit() and cameras() == []:
        raise UserError("this machine has no camera; --camera takes a video file or stream as well")
    if not camera.isdigit() and "://" not in camera and not Path(camera).is_file():
        raise UserError(f"there is no video file {camera}, and a camera is named by its number")
    quiet_opencv(files_only=False)
    capture = cv2.VideoCapture(int(camera) if camera.isdigit() else camera)
    try:
        if not capture.read()[0]:
            name = f"camera {camera}" if camera.isdigit() else camera
            raise UserError(f"{name} gives no picture: it may be in use, forbidden or not one")
    finally:
        capture.release()


def _answers(display: str) -> bool:
    """Whether an X server listens: at a socket of this machine, or of the host named."""
    found = re.fullmatch(r"(?:(?P<host>[^:/]*)/?\w*)?:(?P<number>\d+)(?:\.\d+)?", display)
    if not found:
        return Path(display.rpartition(":")[0]).exists()  # macOS names a path
    host, number = found["host"] or "", int(found["number"])
    places: list[tuple[int, str | tuple[str, int]]] = []
    if host in ("", "unix"):
        path = f"/tmp/.X11-unix/X{number}"
        places = [(socket.AF_UNIX, path), (socket.AF_UNIX, "\0" + path)]
    else:
        places = [(socket.AF_INET, (host, 6000 + number))]
    return any(_connects(*place) for place in places)


def _connects(family: int, address: str | tuple[str, int]) -> bool:
    with contextlib.suppress(OSError), socket.socket(family) as tried:
        tried.settimeout(3)
        tried.connect(address)
        return True
    return False


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it was ended by the window system"
