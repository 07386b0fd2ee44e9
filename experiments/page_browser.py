"""The service with its page in a headless Chromium, for measuring and for pictures of the page."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.features.errors import UserError

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

_SERVE = "from happysad.app.cli import main; main()"


def missing() -> str:
    """What is not here of Chromium, its driver and the libraries; empty if nothing is."""
    absent = [] if _found(CHROMIUM) else ["Chromium"]
    absent += [] if _found(DRIVER) else ["chromedriver"]
    absent += [name for name in MODULES if importlib.util.find_spec(name) is None]
    return ", ".join(absent)


@contextmanager
def running_service(*options: str) -> Iterator[str]:
    """``happysad serve`` at a free port while the block lasts; its address is given.

    Parameters
    ----------
    options : str
        Of the command.

    Raises
    ------
    UserError
        It does not start; the sentence is its own.
    """
    command = [sys.executable, "-c", _SERVE, "serve", "--port", "0", *options]
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told, text=True)
        assert process.stdout is not None
        try:
            words = process.stdout.readline().split()
            address = next((word for word in words if word.startswith("http://")), None)
            if address is None:
                process.wait()
                told.seek(0)
                raise UserError(f"the service does not start: {told.read().strip()}")
            yield address
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()


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
