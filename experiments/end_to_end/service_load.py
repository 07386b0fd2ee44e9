"""Does the service keep up? Many clients at once, every answer checked, beside the library.

The library's cost is that of ``speed.py``: CPU milliseconds an image. The service should answer
as many images as its cores can at that cost, less what HTTP takes.
"""

from __future__ import annotations

import http.client
import json
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
from threadpoolctl import threadpool_limits

from happysad.experiments.benchmarks.stage_timing import PHOTOGRAPH, drawn_images, stage_rows
from happysad.experiments.end_to_end import service_process
from happysad.pipeline.model_files.shipped import DEFAULT
from happysad.pipeline.prediction.predict import load_any
from happysad.pipeline.prediction.predict_faces import predict_faces
from happysad.pipeline.prediction.prediction import image_json
from happysad.utils.console import exit_on_user_error, say
from happysad.utils.jobs import job_count, jobs_option

BATCHES = (1, 256)  # images at once in the library
WARM_UP = 2.0  # seconds that are not counted
TOLERANCE = 2e-4  # of probabilities of four digits: sums differ a little by batch

Json = dict[str, Any]
Rows = list[tuple[str, float, str]]
"""What was measured, its value and unit."""


class LoadResult(NamedTuple):
    """Seconds of each answer, what was wrong with any, the service's memory in MB each second."""

    seconds: list[float]
    wrong: list[str]
    megabytes: list[float]


def load(
    service: service_process.Service,
    images: Sequence[bytes],
    expected: Sequence[Json],
    clients: int,
    seconds: float,
) -> LoadResult:
    """Clients send JPEG files for some seconds, each the next one as soon as the last is answered.

    Each goes round them over a connection of its own, and compares answers with ``image_json``'s.
    """
    result = LoadResult([], [], [])
    end = time.perf_counter() + seconds

    def client(first: int) -> None:
        connection = http.client.HTTPConnection(service.host, service.port, timeout=60)
        try:
            for i in count(first):
                began, which = time.perf_counter(), i % len(images)
                if began >= end:
                    break
                header = {"Content-Type": "image/jpeg"}
                connection.request("POST", "/v1/predict", images[which], header)
                response = connection.getresponse()
                body = response.read()
                result.seconds.append(time.perf_counter() - began)
                if problem := difference(response.status, body, expected[which]):
                    result.wrong.append(problem)
        except (OSError, http.client.HTTPException, ValueError) as error:
            result.wrong.append(f"a connection broke: {type(error).__name__} {error}")
        finally:
            connection.close()

    with ThreadPoolExecutor(clients) as pool:
        running = [pool.submit(client, number) for number in range(clients)]
        result.megabytes.append(service.megabytes())
        while not all(future.done() for future in running):
            time.sleep(min(1, seconds))
            result.megabytes.append(service.megabytes())
    return result


def difference(status: int, body: bytes, expected: Json) -> str:
    """What is wrong with an answer; empty where it is the one expected."""
    if status != 200:
        return f"status {status}: {body[:200]!r}"
    faces, others = json.loads(body)["images"][0]["faces"], expected["faces"]
    alike = len(faces) == len(others) and all(
        face["label"] == other["label"]
        and face["box"] == other["box"]
        and abs(face["p_happy"] - other["p_happy"]) <= TOLERANCE
        for face, other in zip(faces, others, strict=True)
    )
    return "" if alike else f"{faces} in place of {others}"


def measure(model: str, clients: int, seconds: float, jobs: int) -> tuple[Rows, list[str]]:
    """The table, and what was wrong with answers.

    The service and the library run on as many cores as the service has jobs, the clients on the
    others, or on all if none are left.
    """
    cores = service_process.available_cores()
    own, others = cores[:jobs], cores[jobs:] or cores
    library = load_any(model)
    say("measuring the library")
    with tempfile.TemporaryDirectory() as folder, service_process.pinned(own):
        files = drawn_images(Path(folder), 32)[PHOTOGRAPH]
        stages = [stage_rows(library, files, batch) for batch in BATCHES]
        images = [file.read_bytes() for file in files]
        expected = [image_json(answer) for answer in predict_faces(library, images)]
    costs = [sum(row["value"] for row in rows) for rows in stages]
    arguments = ["--model", model, "--jobs", str(jobs)]
    with service_process.served(arguments, own) as service, service_process.pinned(others):
        say(f"measuring the service for {seconds:g} seconds")
        load(service, images, expected, clients, WARM_UP)
        before = service.cpu_seconds()
        result = load(service, images, expected, clients, seconds)
        spent = service.cpu_seconds() - before
    return table(result, spent, costs, seconds, jobs), result.wrong


def table(
    result: LoadResult, cpu_seconds: float, costs: Sequence[float], seconds: float, jobs: int
) -> Rows:
    """Answers, their times, cost beside the library's, memory."""
    answers = len(result.seconds)
    percentiles = 1000 * np.percentile(result.seconds or [np.nan], [50, 95, 99])
    rows: Rows = [
        ("answers", answers, ""),
        ("wrong or missing", len(result.wrong), ""),
        ("answers a second", answers / seconds, ""),
        ("time of an answer, median", percentiles[0], "ms"),
        ("time of an answer, 95th percentile", percentiles[1], "ms"),
        ("time of an answer, 99th percentile", percentiles[2], "ms"),
        ("service: use of its cores", 100 * cpu_seconds / seconds / jobs, "%"),
        ("service: cost of an image", 1000 * cpu_seconds / max(answers, 1), "CPU ms"),
    ]
    for batch, cost in zip(BATCHES, costs, strict=True):
        rows += [
            (f"library, batches of {batch}: cost of an image", cost, "CPU ms"),
            (f"library, batches of {batch}: images a second", 1000 * jobs / cost, ""),
        ]
    for when, part in (("first", slice(10)), ("last", slice(-10, None))):
        memory = float(np.mean(result.megabytes[part]))
        rows.append((f"service: memory in the {when} ten seconds", memory, "MB"))
    return rows


@click.command(name="service-load")
@click.option("--model", default=DEFAULT, show_default=True, help="Shipped model or file.")
@click.option("--clients", type=click.IntRange(1, 256), default=16, show_default=True)
@click.option("--seconds", type=click.FloatRange(1, 600), default=60, show_default=True)
@jobs_option("Processes of the service", default=1)
@exit_on_user_error
def main(model: str, clients: int, seconds: float, jobs: int) -> None:
    """Load a service on this machine with clients, and compare it with the library."""
    with threadpool_limits(1):
        rows, wrong = measure(model, clients, seconds, job_count(jobs))
    for what, value, unit in rows:
        print(f"{what:<48}{value:10.2f} {unit}".rstrip())
    for problem in wrong[:5]:
        say(f"wrong: {problem}")
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
