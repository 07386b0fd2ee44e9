"""The camera's picture in a window of its own."""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from happysad.commands.video import drawn_over
from happysad.utils.console import say

if TYPE_CHECKING:
    from happysad.pipeline.tracking.tracker import FaceTracker

TITLE = "happysad"

LEAVE, SAVE = (ord("q"), 27), ord("s")
"""Keys; 27 is Esc."""

AVERAGED = 30
"""Frames over which the rate is taken."""


class Rate:
    """Frames a second, over the last ones."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=AVERAGED)

    def tick(self, now: float) -> float:
        """The rate when another frame is done, 0 at the first."""
        self._times.append(now)
        passed = now - self._times[0]
        return (len(self._times) - 1) / passed if passed > 0 else 0.0


def show(tracker: FaceTracker, camera: str, folder: Path = Path()) -> None:
    """Show the camera until q, Esc, or the window is closed, or its pictures end.

    Parameters
    ----------
    camera : str
        Number of a camera, or name of a file or stream; see ``check_camera``.
    folder : Path
        Where s saves.
    """
    import cv2

    capture = cv2.VideoCapture(int(camera) if camera.isdigit() else camera)
    cv2.namedWindow(TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
    try:
        with suppress(KeyboardInterrupt):
            _loop(capture, tracker, folder, camera.isdigit(), _pause(capture, camera))
    finally:
        capture.release()
        cv2.destroyAllWindows()


def _loop(capture: Any, tracker: FaceTracker, folder: Path, mirror: bool, pause: float) -> None:
    import cv2

    rate, first = Rate(), True
    while True:
        begun = time.monotonic()
        there, pixels = capture.read()
        if not there:
            return
        frame = cv2.cvtColor(cv2.flip(pixels, 1) if mirror else pixels, cv2.COLOR_BGR2RGB)
        drawn = drawn_over(np.asarray(frame, np.uint8), tracker.update(frame, begun))
        if first:
            cv2.resizeWindow(TITLE, drawn.shape[1], drawn.shape[0])
            first = False
        shown = with_rate(drawn, rate.tick(time.monotonic()))
        cv2.imshow(TITLE, cv2.cvtColor(shown, cv2.COLOR_RGB2BGR))
        left = pause - (time.monotonic() - begun)
        key = cv2.waitKey(max(1, round(1000 * left))) & 0xFF
        if key in LEAVE or cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) < 1:
            return
        if key == SAVE:
            _save_and_say(drawn, folder)


def with_rate(image: NDArray[np.uint8], rate: float) -> NDArray[np.uint8]:
    """A copy with the frames a second in its lower left corner, and what the keys do."""
    import cv2

    image = image.copy()
    text, place = f"{rate:.0f} frames/s   s save   q leave", (8, image.shape[0] - 10)
    for color, width in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, color, width, cv2.LINE_AA)
    return image


def save(image: NDArray[np.uint8], folder: Path) -> Path:
    """Write a picture as a PNG file with the time in its name."""
    from PIL import Image

    from happysad.utils.atomic_files import atomic_write

    path = folder / f"happysad-{datetime.now():%Y-%m-%d-%H%M%S-%f}.png"
    with atomic_write(path) as beside:
        Image.fromarray(image).save(beside)
    return path


def _save_and_say(image: NDArray[np.uint8], folder: Path) -> None:
    try:
        say(f"saved as {save(image, folder)}")
    except OSError as error:  # no reason to stop looking
        say(f"cannot save the picture: {error.strerror}")


def _pause(capture: Any, camera: str) -> float:
    """Seconds that a frame is to be seen: of a file, as long as it says."""
    import cv2

    fps = capture.get(cv2.CAP_PROP_FPS)
    return 1 / fps if Path(camera).is_file() and 0 < fps <= 250 else 0.0
