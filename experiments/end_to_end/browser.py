"""The page of the service in a headless Chromium, for measuring it and for pictures of it."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DRIVER = ("chromedriver",)
MODULES = (
    "selenium", "fastapi", "uvicorn", "python_multipart", "prometheus_client", "fastapi_offline",
)  # fmt: skip

OPTIONS = (
    "--headless=new", "--no-sandbox", "--window-size=1280,900", "--no-first-run", "--disable-gpu",
    "--disable-dev-shm-usage", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
"""Nothing is fetched from anywhere, and no graphics card is needed."""


def missing() -> str:
    """What is not here of Chromium, its driver and the libraries; empty if nothing is."""
    programs = {"Chromium": CHROMIUM, "chromedriver": DRIVER}
    absent = [name for name, names in programs.items() if not any(map(shutil.which, names))]
    absent += [name for name in MODULES if importlib.util.find_spec(name) is None]
    return ", ".join(absent)


@contextmanager
def browser(camera: Path | None = None) -> Iterator[Chrome]:
    """Chromium while the block lasts; UserError where it, its driver or a library is not here.

    It takes a file of joined JPEG pictures for its camera, and has none without.
    """
    if absent := missing():
        raise UserError(f"this needs Chromium and what drives it; not found: {absent}")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    program, driver_program = (next(filter(None, map(shutil.which, n))) for n in (CHROMIUM, DRIVER))
    options.binary_location = program
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    arguments = [*OPTIONS]
    if camera is not None:
        arguments += ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
        arguments.append(f"--use-file-for-fake-video-capture={camera}")
    with tempfile.TemporaryDirectory(prefix="happysad-browser-") as profile:
        for argument in (*arguments, f"--user-data-dir={profile}"):
            options.add_argument(argument)
        # The driver by its path: nothing is looked up or fetched.
        driver = webdriver.Chrome(options, Service(driver_program))
        try:
            yield driver
        finally:
            driver.quit()


def wait_for(driver: Chrome, what: str, expression: str, seconds: float = 30) -> None:
    """Wait until a JavaScript expression, which stands for ``what``, is true of the page.

    UserError, with the page's own message if it shows one, where it is not in so many seconds.
    """
    from selenium.common.exceptions import TimeoutException
    from selenium.webdriver.support.ui import WebDriverWait

    try:
        WebDriverWait(driver, seconds).until(lambda d: d.execute_script(f"return {expression}"))
    except TimeoutException:
        shown = " ".join(element.text for element in driver.find_elements("id", "message"))
        why = f" ({' '.join(shown.split())})" if shown.strip() else ""
        raise UserError(f"the page shows no {what} in {seconds:g} seconds{why}") from None
