"""The page of the service in a headless Chromium, for measuring and for pictures of it."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DRIVER = ("chromedriver",)

MODULES = (
    "selenium", "fastapi", "uvicorn", "python_multipart", "prometheus_client", "fastapi_offline",
)  # fmt: skip
"""Libraries that driving the page takes."""

OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
)
"""Nothing is fetched from anywhere, and no graphics card is asked for."""


def missing() -> str:
    """What is not here of Chromium, its driver and the libraries; empty if nothing is."""
    absent = [] if _found(CHROMIUM) else ["Chromium"]
    absent += [] if _found(DRIVER) else ["chromedriver"]
    absent += [name for name in MODULES if importlib.util.find_spec(name) is None]
    return ", ".join(absent)


@contextmanager
def browser(camera: Path | None = None) -> Iterator[Chrome]:
    """Chromium while the block lasts, its camera a video of joined JPEG pictures.

    Parameters
    ----------
    camera : Path, optional
        None: a machine without a camera.

    Raises
    ------
    UserError
        Chromium, its driver or a library is not here.
    """
    if absent := missing():
        raise UserError(f"this needs Chromium and what drives it; not found: {absent}")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    with tempfile.TemporaryDirectory(prefix="happysad-browser-") as folder:
        # The driver by its path: nothing is looked up or fetched.
        driver = webdriver.Chrome(_options(camera, Path(folder)), Service(_found(DRIVER)))
        try:
            yield driver
        finally:
            driver.quit()


def wait_for(driver: Chrome, what: str, expression: str, seconds: float = 30) -> None:
    """Until a JavaScript expression is true of the page.

    Parameters
    ----------
    driver : Chrome
    what : str
        That it stands for, for the sentence.
    expression : str
    seconds : float
        To wait at most.

    Raises
    ------
    UserError
        It is not true in so many seconds; with the page's own message, where it shows one.
    """
    from selenium.common.exceptions import TimeoutException
    from selenium.webdriver.support.ui import WebDriverWait

    try:
        WebDriverWait(driver, seconds).until(lambda d: d.execute_script(f"return {expression}"))
    except TimeoutException:
        shown = " ".join(element.text for element in driver.find_elements("id", "message"))
        why = f" ({' '.join(shown.split())})" if shown.strip() else ""
        raise UserError(f"the page shows no {what} in {seconds:g} seconds{why}") from None


def _options(camera: Path | None, folder: Path) -> Any:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = _found(CHROMIUM)
    for option in (*OPTIONS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(option)
    if camera is not None:
        options.add_argument("--use-fake-ui-for-media-stream")
        options.add_argument("--use-fake-device-for-media-stream")
        options.add_argument(f"--use-file-for-fake-video-capture={camera}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return options


def _found(names: Sequence[str]) -> str:
    return next((path for name in names if (path := shutil.which(name))), "")
