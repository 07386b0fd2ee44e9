"""The service with its page in a headless Chromium, started once; pictures of built-in faces."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from happysad.experiments.end_to_end.browser import browser, missing
from happysad.experiments.end_to_end.fake_camera import clear_face, scene, write_camera
from happysad.experiments.end_to_end.service_process import served

WAIT = 20  # seconds, for busy machines


class Page:
    """The page in the browser, as somebody sees it who looks and clicks."""

    def __init__(self, driver: Any, address: str) -> None:
        self.driver, self.address = driver, address

    def open(self, path: str = "/") -> None:
        """Load it and wait until it knows its models."""
        self.driver.get(self.address + path)
        self.until(lambda: self.js("return document.querySelectorAll('#sure option').length"))

    def js(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def later(self, promise: str) -> Any:
        """The value of an expression that is a promise."""
        return self.driver.execute_async_script(f"({promise}).then(arguments[0])")

    def cdp(self, command: str, **options: Any) -> Any:
        return self.driver.execute_cdp_cmd(command, options)

    def at(self, name: str) -> Any:
        return self.driver.find_element("id", name)

    def all(self, selector: str) -> list[Any]:
        return self.driver.find_elements("css selector", selector)

    def texts(self, selector: str) -> list[str]:
        code = "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)"
        return [text.replace("\u00a0", " ") for text in self.js(code, selector)]

    def choose(self, *files: Path) -> None:
        self.at("files").send_keys("\n".join(map(str, files)))

    def until(self, condition: Callable[[], Any]) -> Any:
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, WAIT, poll_frequency=0.05).until(lambda _: condition())

    def until_texts(self, selector: str, n: int) -> list[str]:
        """The texts of ``n`` elements, once there are so many."""
        self.until(lambda: len(self.texts(selector)) == n)
        return self.texts(selector)

    def complaints(self) -> list[str]:
        """What the browser complained of: errors, and breaches of the content's policy."""
        log = self.driver.get_log("browser")
        return [entry["message"] for entry in log if entry["source"] != "network"]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a running service."""
    if absent := missing():
        pytest.skip(f"the page cannot be tried here, not found: {absent}")
    with served(["--jobs", "1"]) as service:
        yield service.address


@pytest.fixture(scope="session")
def camera_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the fake camera sees: a happy face, then a sad one, and so on."""
    return write_camera(tmp_path_factory.mktemp("camera") / "camera.mjpeg", seconds=2)


@pytest.fixture(scope="session")
def _driver(address: str, camera_video: Path) -> Iterator[Any]:
    with browser(camera_video) as driver:
        yield driver


@pytest.fixture
def page(_driver: Any, address: str) -> Iterator[Page]:
    """The page, freshly loaded; at the end the browser must have had nothing to complain of."""
    page = Page(_driver, address)
    page.open()
    yield page
    complaints = page.complaints()
    _driver.get("about:blank")  # the camera stops
    assert not complaints


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``two.jpg`` a happy face left of a sad one; ``turned.jpg`` a happy face, upright only by
    its EXIF entry; ``none.png`` no face; ``text.jpg`` no picture."""
    folder = tmp_path_factory.mktemp("pictures")
    happy, sad = clear_face("happy"), clear_face("sad")
    Image.fromarray(scene([happy, sad], width=900)).save(folder / "two.jpg")
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it by 90 degrees clockwise
    turned = Image.fromarray(scene([happy])).rotate(90, expand=True)
    turned.save(folder / "turned.jpg", exif=exif)
    Image.fromarray(scene([])).save(folder / "none.png")
    (folder / "text.jpg").write_text("no picture")
    return folder


@pytest.fixture(scope="session")
def encoded(pictures: Path) -> Callable[[str], str]:
    """A picture's bytes in base64, for scripts."""
    return lambda name: base64.b64encode((pictures / name).read_bytes()).decode()
