"""How many answers a second does the page's live loop give, from a camera's frame to a drawn box?

The service and a headless Chromium run for some seconds; the camera is a video of built-in faces,
640x480. Chromium draws without a graphics card, so a real browser takes less CPU time than this
one. Other programs lower the answers a second, but hardly the CPU time of an answer.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from happysad.experiments.end_to_end.browser import browser, wait_for
from happysad.experiments.end_to_end.fake_camera import write_camera
from happysad.experiments.end_to_end.service_process import (
    Service,
    cpu_seconds,
    process_tree,
    served,
)
from happysad.pipeline.model_files.shipped import DEFAULT
from happysad.utils.console import exit_on_user_error
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

WARM_UP = 3  # seconds before the measurement: compilers and caches have settled
PARTS = ("grab", "answer", "draw")  # a frame, the service there and back, the boxes


def rate(
    driver: Chrome, service: Service, seconds: float, warm_up: float = WARM_UP
) -> dict[str, float]:
    """What the live loop of the service's page does in some seconds.

    Milliseconds are by the clock or, where the name says so, of CPU time, for an answer;
    ``one_core_alone`` is the answers a second of a core that does nothing else than both.
    """
    driver.get(f"{service.address}/?camera=1")
    wait_for(driver, "answer of the camera", "window.happysad?.stats.answers > 0")
    time.sleep(warm_up)
    before = _counters(driver, service)
    time.sleep(seconds)
    after = _counters(driver, service)
    spent = {name: after[name] - before[name] for name in before}
    answers = spent["answers"]
    if not answers:
        raise UserError(f"the page gave no answer in {seconds:g} seconds")
    costs = {f"{name}_ms": 1000 * spent[name] / answers for name in ("service_cpu", "browser_cpu")}
    return {
        "answers_per_second": 1000 * answers / spent["time"],
        "answers": answers,
        **{f"{part}_ms": spent[part] / answers for part in PARTS},
        **costs,
        "one_core_alone": 1000 / sum(costs.values()),
    }


def _counters(driver: Chrome, service: Service) -> dict[str, Any]:
    """The page's sums until now, and the CPU seconds of the service and of Chromium."""
    sums = driver.execute_script("return {...happysad.stats, time: performance.now()}")
    chromium = [process for process in process_tree(os.getpid()) if "chrom" in process.name()]
    return {**sums, "service_cpu": service.cpu_seconds(), "browser_cpu": cpu_seconds(chromium)}


@click.command(name="page-speed")
@click.option("--model", default=DEFAULT, show_default=True, help="Name or file.")
@click.option("--seconds", type=click.FloatRange(1), default=10, show_default=True)
@exit_on_user_error
def main(model: str, seconds: float) -> None:
    """Measure the page's live loop, from a frame of the camera to a drawn box."""
    with tempfile.TemporaryDirectory() as folder:
        camera = write_camera(Path(folder) / "camera.mjpeg")
        with served(["--jobs", "1", "--model", model]) as service, browser(camera) as driver:
            for name, value in rate(driver, service, seconds).items():
                print(f"{name:<20}{value:8.1f}")


if __name__ == "__main__":
    main()
