"""Does the service keep up? Many clients at once, every answer checked, beside the promise.

The promise is what ``speed.py`` measures of the library: milliseconds of one core an image. The
service is to answer as many images as its cores can at that price, less what HTTP costs.
"""

from __future__ import annotations

import io
import os
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from happysad.utils.console import exit_on_user_error, say

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from happysad.experiments.end_to_end.service_clients import LoadResult

ALONE, TOGETHER = 1, 256
"""Images at once in the library, as ``speed.py`` gives them."""

WARM_UP = 2.0
"""Seconds that are not counted."""

Row = tuple[str, float, str]
"""What, how much, unit."""


def photos(n: int) -> list[bytes]:
    """``n`` JPEG files of 350x350, those on which ``speed.py`` measures."""
    from PIL import Image

    from happysad.experiments.benchmarks.images import photographs

    files = []
    for pixels in photographs(n):
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=90)
        files.append(file.getvalue())
    return files


def promise(model: Pipeline, images: Sequence[bytes], batch: int, repeats: int = 3) -> float:
    """CPU milliseconds an image from the file to the answer, as ``speed.py`` measures them."""
    from happysad.experiments.benchmarks.stage_timing import stage_rows

    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{i}.jpg" for i in range(len(images))]
        for file, image in zip(files, images, strict=True):
            file.write_bytes(image)
        return float(sum(row["value"] for row in stage_rows(model, files, batch, repeats)))


def measure(
    model: str, clients: int, seconds: float, jobs: int, cores: Sequence[int], count: int = 32
) -> tuple[list[Row], list[str]]:
    """Rows of the table, and what was wrong with answers.

    Parameters
    ----------
    model : str
        A shipped model or a file.
    cores : sequence of int
        Those of the service and of the promise; the clients take the others. None: all share.
    """
    from happysad.experiments.benchmarks.models import loaded
    from happysad.experiments.end_to_end.service_clients import ask_for
    from happysad.experiments.end_to_end.service_process import needs_linux, pinned, served
    from happysad.pipeline.model_files.shipped import model_path
    from happysad.pipeline.prediction.predict_faces import predict_faces
    from happysad.pipeline.prediction.prediction import image_json

    needs_linux()
    images = photos(count)
    library = loaded(model_path(model))
    expected = [image_json(answer) for answer in predict_faces(library, images)]
    others = sorted(os.sched_getaffinity(0) - set(cores))
    say("measuring the library")
    with pinned(cores):
        before = [promise(library, images, batch) for batch in (ALONE, TOGETHER)]
    with served(["--model", model, "--jobs", str(jobs)], cores) as service, pinned(others):
        address = (service.host, service.port)
        say("the first answers")
        ask_for(WARM_UP, address, images, expected, clients)
        say(f"{clients} clients for {seconds:g} seconds")
        spent = service.cpu_seconds()
        heard = ask_for(seconds, address, images, expected, clients, watch=service.megabytes)
        spent = service.cpu_seconds() - spent
    with pinned(cores):
        after = [promise(library, images, batch) for batch in (ALONE, TOGETHER)]
    promised = [statistics.mean(pair) for pair in zip(before, after, strict=True)]
    return table(heard, spent, promised, jobs), heard.wrong


def table(heard: LoadResult, cpu_seconds: float, promised: Sequence[float], jobs: int) -> list[Row]:
    """The rows: answers, their time, the service's cost beside the promise, and its memory."""
    n = max(1, len(heard.seconds))
    alone, together = promised
    cost, memory = 1000 * cpu_seconds / n, heard.watched or [float("nan")]
    many = f"of the promise {TOGETHER} at a time"
    return [
        ("answers", len(heard.seconds), ""),
        ("wrong or missing", len(heard.wrong), ""),
        ("answers a second", heard.per_second, ""),
        *(
            (f"time of an answer, {p} percent within", heard.percentile(p), "ms")
            for p in (50, 95, 99)
        ),
        ("of its cores' time, the service got", 100 * cpu_seconds / (heard.lasted * jobs), "%"),
        ("the service's cost an image", cost, "CPU ms"),
        ("promise, images one at a time", alone, "CPU ms"),
        (f"promise, {TOGETHER} at a time", together, "CPU ms"),
        ("answers a second, of the promise one at a time", _share(heard, jobs, alone), "%"),
        (
            f"answers a second, of the promise {TOGETHER} at a time",
            _share(heard, jobs, together),
            "%",
        ),
        ("cost, of the promise one at a time", 100 * cost / alone, "%"),
        (f"cost, {many}", 100 * cost / together, "%"),
        ("memory, first ten seconds", statistics.mean(memory[:10]), "MB"),
        ("memory, last ten seconds", statistics.mean(memory[-10:]), "MB"),
        ("load average at the end", os.getloadavg()[0], ""),
    ]


def _share(heard: LoadResult, jobs: int, milliseconds: float) -> float:
    return 100 * heard.per_second / (jobs * 1000 / milliseconds)


@click.command(name="service-load")
@click.option("--model", default="fusion-svm", show_default=True, help="Shipped model or file.")
@click.option("--clients", type=click.IntRange(1, 256), default=16, show_default=True)
@click.option("--seconds", type=click.FloatRange(1, 600), default=60, show_default=True)
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Of the service."
)
@click.option(
    "--core", "cores", type=click.IntRange(0), multiple=True,
    help="Core of the service, as many as jobs; repeatable. The clients take the others.",
)  # fmt: skip
@click.option("--out", default="runs/service", show_default=True, help="Folder for the CSV file.")
@exit_on_user_error
def main(
    model: str, clients: int, seconds: float, jobs: int, cores: tuple[int, ...], out: str
) -> None:
    """Load a service of this machine with clients, and compare it with the library's promise."""
    import pandas as pd
    from threadpoolctl import threadpool_limits

    from happysad.utils.atomic_files import atomic_write

    with threadpool_limits(1):
        rows, wrong = measure(model, clients, seconds, jobs, cores)
    with atomic_write(Path(out) / "service.csv") as beside:
        pd.DataFrame(rows, columns=pd.Index(["what", "value", "unit"])).to_csv(beside, index=False)
    for what, value, unit in rows:
        print(f"{what:<52}{value:10.2f} {unit}".rstrip())
    for problem in wrong[:5]:
        say(f"wrong: {problem}")
    print(f"written to {Path(out) / 'service.csv'}")
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
