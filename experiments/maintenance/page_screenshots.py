"""Pictures of the page, to look at: 360 and 1280 pixels wide, light and dark, with the camera on,
with photos, with a mistake, and of a model's card."""

from __future__ import annotations

import base64
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click
from PIL import Image

from happysad.experiments.end_to_end.browser import browser, wait_for
from happysad.experiments.end_to_end.fake_camera import clear_face, scene, write_camera
from happysad.experiments.end_to_end.service_process import served
from happysad.utils.console import exit_on_user_error
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

HEIGHTS = {360: 740, 1280: 900}  # of the screens, by their width in pixels
VIEWS = ("start", "camera", "photos", "no-camera", "card")


def take_pictures(
    out: Path, views: Collection[str] = VIEWS, widths: Collection[int] = tuple(HEIGHTS)
) -> list[Path]:
    """Write a PNG file of each view, named ``camera-1280-dark.png`` and so on."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot make the folder {out}: {error.strerror}") from None
    written = []
    with tempfile.TemporaryDirectory() as folder:
        photos = _photos(Path(folder))
        camera = write_camera(Path(folder) / "camera.mjpeg")
        with served(["--jobs", "1"]) as service, browser(camera) as driver:
            for width in widths:
                for mode in ("light", "dark"):
                    _emulate(driver, width, mode)
                    for name in views:
                        _show(driver, name, service.address, photos)
                        written.append(out / f"{name}-{width}-{mode}.png")
                        whole = {"format": "png", "captureBeyondViewport": True}
                        png = driver.execute_cdp_cmd("Page.captureScreenshot", whole)["data"]
                        written[-1].write_bytes(base64.b64decode(png))
    return written


def _photos(folder: Path) -> list[Path]:
    """Two faces, one face, none, and a text that calls itself a photo."""
    happy, sad = clear_face("happy"), clear_face("sad")
    files = [folder / name for name in ("nobody.png", "one-face.jpg", "two-faces.jpg")]
    for file, faces in zip(files, ([], [happy], [happy, sad]), strict=True):
        Image.fromarray(scene(faces, width=360 if len(faces) == 1 else 760)).save(file)
    files.append(folder / "letter.jpg")
    files[-1].write_text("no picture")
    return files


def _show(driver: Chrome, view: str, address: str, photos: list[Path]) -> None:
    """Load the page and bring it to a view."""
    driver.get(address + {"camera": "/?camera=1", "card": "/card"}.get(view, "/"))
    if view == "card":
        wait_for(driver, "model card", "document.querySelector('#parts table')")
        return
    wait_for(driver, "settings", "document.querySelectorAll('#sure option').length")
    if view == "camera":
        wait_for(driver, "box", "document.querySelector('#live-boxes .box')")
        time.sleep(6)  # something to see in the chart
    elif view == "photos":
        driver.find_element("id", "files").send_keys("\n".join(map(str, photos)))
        answered = "document.querySelectorAll('[aria-busy=false]').length"
        wait_for(driver, f"{len(photos)} answers", f"{answered} === {len(photos)}")
        time.sleep(0.5)  # the browser draws large pictures when it likes
    elif view == "no-camera":
        failure = "Promise.reject(new DOMException('', 'NotFoundError'))"
        driver.execute_script(f"navigator.mediaDevices.getUserMedia = () => {failure}")
        driver.find_element("id", "camera-button").click()
        wait_for(driver, "message", "!document.getElementById('message').hidden")


def _emulate(driver: Chrome, width: int, mode: str) -> None:
    """A screen of this width that prefers light or dark pages."""
    screen = {"width": width, "height": HEIGHTS[width], "deviceScaleFactor": 1}
    screen["mobile"] = width < 600
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    features = [{"name": "prefers-color-scheme", "value": mode}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


@click.command(name="page-screenshots")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--view", "views", type=click.Choice(VIEWS), multiple=True, help="All if none.")
@exit_on_user_error
def main(out: Path, views: tuple[str, ...]) -> None:
    """Write pictures of the page into the folder OUT."""
    for file in take_pictures(out, views or VIEWS):
        print(f"written to {file}")


if __name__ == "__main__":
    main()
