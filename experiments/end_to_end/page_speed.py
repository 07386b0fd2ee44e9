"""How many answers a second does the page's live loop give, from a camera's frame to a drawn box?

The service and a headless Chromium run for some seconds, on cores of their own and then all on
one; the camera is a video of built-in faces, 640x480. Chromium draws without a graphics card, so
a browser at somebody's desk takes less from the core than this one. Where other programs use the
cores too, the answers a second are theirs to spoil; the CPU time of an answer is not.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from happysad.experiments.end_to_end.browser import browser, wait_for
from happysad.experiments.end_to_end.fake_camera import write_camera
from happysad.experiments.end_to_end.service_process import needs_linux, pinned, served
from happysad.utils.console import exit_on_user_error, say
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd
    from selenium.webdriver import Chrome

WARM = 3
"""Seconds before the measurement: compilers and caches have settled."""

PARTS = ("grab", "answer", "draw")
"""Of an answer: waiting for a frame and packing it; the service, there and back; the boxes."""

_SPENT = ("service", "browser")

_TOLD = "return {...happysad.told, time: performance.now()}"


def cpu_seconds() -> dict[str, float]:
    """CPU seconds that this process's running children took so far: Chromium's, and the service's
    with its workers."""
    import psutil  # type: ignore[import-untyped]

    spent = dict.fromkeys(_SPENT, 0.0)
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            kind = "browser" if "chrom" in process.name() else "service"
            times = process.cpu_times()
            spent[kind] += times.user + times.system
    return spent


def measure(model: str = "fusion-svm", seconds: float = 10) -> pd.DataFrame:
    """Answers a second, and the milliseconds of an answer's parts, on cores apart and on one.

    Returns
    -------
    DataFrame
        ``cores``, ``answers_per_second``, ``answers``; by the clock ``grab_ms``, ``answer_ms``,
        ``draw_ms``; CPU time an answer ``service_cpu_ms``, ``browser_cpu_ms``; and
        ``one_core_alone``, the answers a second that a core gives at least if it has nothing else
        to do than both (showing the video costs the same however many answers there are).

    Raises
    ------
    UserError
        There is no browser to drive, or cores cannot be chosen here.
    """
    import pandas as pd

    needs_linux()
    first, *others = sorted(os.sched_getaffinity(0))
    ways = [("all on one core", [first])]
    if others:
        ways.insert(0, ("the service on one core, the browser on others", others))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        camera = write_camera(Path(folder) / "camera.mjpeg")
        for way, cores in ways:
            say(f"measuring: {way}")
            with (
                served(["--jobs", "1", "--model", model], [first]) as service,
                pinned(cores),
                browser(camera) as driver,
            ):
                rows.append({"cores": way, **rate(driver, service.address, seconds)})
    return pd.DataFrame(rows)


def rate(driver: Chrome, address: str, seconds: float, warm: float = WARM) -> dict[str, Any]:
    """What the live loop of the page at this address does in some seconds."""
    driver.get(f"{address}/?camera=1")
    wait_for(driver, "answer of the camera", "window.happysad?.told.answers > 0")
    time.sleep(warm)
    before, spent_before = driver.execute_script(_TOLD), cpu_seconds()
    time.sleep(seconds)
    after, spent_after = driver.execute_script(_TOLD), cpu_seconds()
    gone = {name: after[name] - before[name] for name in before}
    answers = gone["answers"]
    if not answers:
        raise UserError(f"the page gave no answer in {seconds:g} seconds")
    spent = {name: 1000 * (spent_after[name] - spent_before[name]) / answers for name in _SPENT}
    return {
        "answers_per_second": round(1000 * answers / gone["time"], 1),
        "answers": answers,
        **{f"{part}_ms": round(gone[part] / answers, 1) for part in PARTS},
        **{f"{name}_cpu_ms": round(value, 1) for name, value in spent.items()},
        "one_core_alone": round(1000 / sum(spent.values()), 1),
    }


@click.command(name="page-speed")
@click.option("--model", default="fusion-svm", show_default=True, help="Name or file.")
@click.option("--seconds", type=click.FloatRange(1), default=10, show_default=True)
@exit_on_user_error
def main(model: str, seconds: float) -> None:
    """Measure the page's live loop, from a frame of the camera to a drawn box."""
    print(measure(model, seconds).set_index("cores").T.to_string())


if __name__ == "__main__":
    main()
