"""Pictures of the page, for looking at it and for the documents: 360 and 1280 pixels, light and
dark, with the camera on, with photos, with a mistake, and of a model's card."""

from __future__ import annotations

import base64
import tempfile
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from happysad.experiments.end_to_end.browser import browser, wait_for
from happysad.experiments.end_to_end.fake_camera import clear_face, scene, write_camera
from happysad.experiments.end_to_end.service_process import served
from happysad.utils.console import exit_on_user_error
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

HEIGHTS = {360: 740, 1280: 900}
"""Of the screens, by their width in pixels."""

MODES = ("light", "dark")
VIEWS = ("start", "camera", "photos", "no-camera", "card")


def take_pictures(
    out: Path,
    views: Collection[str] = VIEWS,
    widths: Collection[int] = tuple(HEIGHTS),
    modes: Collection[str] = MODES,
) -> list[Path]:
    """Write a PNG file of each view, named ``camera-1280-dark.png`` and so on.

    Raises
    ------
    UserError
        There is no browser to drive, or the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot make the folder {out}: {error.strerror}") from None
    with tempfile.TemporaryDirectory() as folder:
        files = _photos(Path(folder))
        camera = write_camera(Path(folder) / "camera.mjpeg")
        with served(["--jobs", "1"]) as service, browser(camera) as driver:
            views_of = _views(driver, service.address, files)
            return [
                _picture(driver, out / f"{name}-{width}-{mode}.png", width, mode, views_of[name])
                for width in widths
                for mode in modes
                for name in views
            ]


def _photos(folder: Path) -> list[Path]:
    """Two faces, one face, none, and a text that calls itself a photo."""
    from PIL import Image

    happy, sad = clear_face("happy"), clear_face("sad")
    files = [folder / name for name in ("nobody.png", "one-face.jpg", "two-faces.jpg")]
    for file, faces in zip(files, ([], [happy], [happy, sad]), strict=True):
        Image.fromarray(scene(faces, width=360 if len(faces) == 1 else 760)).save(file)
    files.append(folder / "letter.jpg")
    files[-1].write_text("no picture")
    return files


def _views(driver: Chrome, address: str, files: list[Path]) -> dict[str, Callable[[], None]]:
    def start() -> None:
        driver.get(address)
        wait_for(driver, "settings", "document.querySelectorAll('#sure option').length")

    def camera() -> None:
        driver.get(f"{address}/?camera=1")
        wait_for(driver, "box", "document.querySelector('#live-boxes .box')")
        time.sleep(6)  # something to see in the chart

    def photos() -> None:
        start()
        driver.find_element("id", "files").send_keys("\n".join(map(str, files)))
        answered = "document.querySelectorAll('[aria-busy=false]').length"
        wait_for(driver, f"{len(files)} answers", f"{answered} === {len(files)}")
        time.sleep(0.5)  # the browser draws large pictures when it likes

    def no_camera() -> None:
        start()
        driver.execute_script("navigator.mediaDevices.getUserMedia = () => "
                              "Promise.reject(new DOMException('', 'NotFoundError'))")  # fmt: skip
        driver.find_element("id", "camera-button").click()
        wait_for(driver, "message", "!document.getElementById('message').hidden")

    def card() -> None:
        driver.get(f"{address}/card")
        wait_for(driver, "model card", "document.querySelector('#parts table')")

    return dict(zip(VIEWS, (start, camera, photos, no_camera, card), strict=True))


def _picture(driver: Chrome, file: Path, width: int, mode: str, view: Callable[[], None]) -> Path:
    """The whole page, to its end, as a screen of this size shows it."""
    screen = {
        "width": width,
        "height": HEIGHTS[width],
        "deviceScaleFactor": 1,
        "mobile": width < 600,
    }
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    features = [{"name": "prefers-color-scheme", "value": mode}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    view()
    whole = {"format": "png", "captureBeyondViewport": True}
    data = driver.execute_cdp_cmd("Page.captureScreenshot", whole)["data"]
    file.write_bytes(base64.b64decode(data))
    return file


@click.command(name="page-pictures")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--view", "views", type=click.Choice(VIEWS), multiple=True, help="All if none.")
@exit_on_user_error
def main(out: Path, views: tuple[str, ...]) -> None:
    """Write pictures of the page into the folder OUT."""
    for file in take_pictures(out, views or VIEWS):
        print(f"written to {file}")


if __name__ == "__main__":
    main()
