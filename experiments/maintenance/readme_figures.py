"""The pictures of the README, of built-in faces, made by the commands.

``python experiments/maintenance/readme_figures.py`` writes ``docs/predict.jpg``,
``docs/timeline.png`` and, where there is a browser that a program can drive, ``docs/page.jpg``.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import click
from PIL import Image

from happysad.experiments.end_to_end.browser import browser, missing, wait_for
from happysad.experiments.end_to_end.service_process import HAPPYSAD, served
from happysad.pipeline.demo.demo_clips import Actor, draw_clip, write_clip
from happysad.utils.atomic_files import atomic_write
from happysad.utils.console import exit_on_user_error, say
from happysad.utils.errors import UserError

WIDTH, HEIGHT = 800, 360
FRAMES = 200

PARTY = (
    Actor(start=(0.12, 0.55), side=170, moods=((0.0, "happy"),), seed=20),
    Actor(start=(0.37, 0.60), side=150, moods=((0.0, "sad"),), seed=11),
    Actor(start=(0.62, 0.52), side=170, moods=((0.0, "sad"),), seed=217),
    Actor(start=(0.87, 0.58), side=160, moods=((0.0, "happy"),), seed=35),
)
"""Who is in the photo; the third is neither plainly happy nor plainly sad."""

CLIP = (
    Actor((0.15, 0.5), (0.5, 0.5), 170, ((0.0, "happy"), (0.45, "sad")), (0.0, 0.85), seed=11),
    Actor((0.9, 0.55), (0.75, 0.55), 150, ((0.0, "sad"), (0.7, "happy")), (0.25, 0.85), seed=8),
)
"""Who is in the video: one who turns sad, and one who comes later and cheers up."""


def annotated_photo(picture: Path, folder: Path) -> None:
    """Write a photo of several faces as ``happysad predict --annotate`` draws it."""
    drawn = folder / "drawn"
    photo = save_photo(folder / picture.name)
    run("predict", photo, "--annotate", drawn, "--quiet")
    _take(drawn / picture.name, picture)


def timeline(picture: Path, folder: Path) -> None:
    """Write who is happy when in a video, as ``happysad video`` draws it."""
    clip = folder / "party.avi"
    write_clip(clip, draw_clip(WIDTH, HEIGHT, FRAMES, CLIP), (WIDTH, HEIGHT))
    run("video", clip, "--no-video", "--out", folder, "--quiet")
    _take(folder / "timeline.png", picture)


def page(picture: Path, folder: Path) -> None:
    """Write the page of ``happysad serve`` with the photo's answers, as a browser shows it."""
    photo, screenshot = save_photo(folder / "party.jpg"), folder / "page.png"
    with served([]) as service, browser() as driver:
        driver.set_window_size(1000, 1130)
        driver.get(service.address)
        driver.find_element("id", "files").send_keys(str(photo))
        boxes = "document.querySelectorAll('#cards .boxes > *').length"
        wait_for(driver, f"{len(PARTY)} boxes", f"{boxes} >= {len(PARTY)}")
        driver.execute_script("document.documentElement.style.overflow = 'hidden'")
        driver.save_screenshot(str(screenshot))
    Image.open(screenshot).convert("RGB").save(folder / "page.jpg", quality=88)
    _take(folder / "page.jpg", picture)


def save_photo(path: Path) -> Path:
    """Write the photo of ``PARTY``; return its path."""
    (photo,) = draw_clip(WIDTH, HEIGHT, 1, PARTY, seed=19)
    Image.fromarray(photo).save(path, quality=92)
    return path


def run(*arguments: object) -> None:
    """Run a command of happysad; UserError where it fails, below its own message."""
    if subprocess.run([*HAPPYSAD, *map(str, arguments)]).returncode:
        raise UserError(f"happysad {arguments[0]} failed")


def _take(made: Path, picture: Path) -> None:
    with atomic_write(picture) as beside:
        shutil.copyfile(made, beside)


@click.command(name="readme-figures")
@click.argument("out", default="docs", type=click.Path(path_type=Path))
@exit_on_user_error
def main(out: Path) -> None:
    """Draw the README's pictures into the folder OUT."""
    pictures = {"predict.jpg": annotated_photo, "timeline.png": timeline, "page.jpg": page}
    if absent := missing():
        say(f"page.jpg is left as it is: not found: {absent}")
        del pictures["page.jpg"]
    out.mkdir(parents=True, exist_ok=True)
    for name, draw in pictures.items():
        with tempfile.TemporaryDirectory() as folder:
            draw(out / name, Path(folder))
        print(f"written to {out / name}")


if __name__ == "__main__":
    main()
