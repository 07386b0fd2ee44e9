"""What does a prediction cost, stage by stage, and what does it cost to have the model?

CPU milliseconds an image, one thread, from the file to the prediction; size, start and memory of
the model; and, by ``--growth``, whether the cost of training grows in step with the images.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pandas as pd
from threadpoolctl import threadpool_limits

from happysad.experiments.benchmarks.memory import footprint_rows
from happysad.experiments.benchmarks.scaling import growth, growth_table
from happysad.experiments.benchmarks.stage_timing import (
    BATCHES,
    DETECT,
    LANDMARKS,
    YUNET,
    drawn_images,
    stage_rows,
)
from happysad.pipeline.model_files.shipped import SHIPPED, model_path
from happysad.pipeline.prediction.predict import load_any
from happysad.utils.atomic_files import atomic_write
from happysad.utils.console import exit_on_user_error, say
from happysad.utils.errors import UserError

RECIPE = "fusion-svm"

COLUMNS = ["model", "images", "kind", "stage", "batch", "value", "unit"]
"""Of speed.csv. Rows of the kind "footprint" have no images and no batch."""

FLOOR = "YuNet and dlib alone"
RATIO = "descriptors and classifier / detection and landmarks"


def measure(
    models: Sequence[str],
    images: dict[str, list[Path]],
    repeats: int = 3,
    batches: Sequence[int] = BATCHES,
) -> pd.DataFrame:
    """``COLUMNS`` for shipped models or model files, and kinds of images by name."""
    rows: list[dict[str, Any]] = []
    for name in models:
        say(f"measuring {name}")
        model = load_any(name)
        with threadpool_limits(1):
            for kind, files in images.items():
                for n in batches:
                    known = {"model": name, "images": kind}
                    rows += [known | row for row in stage_rows(model, files, n, repeats)]
        photo = next(iter(images.values()))[0]
        rows += [{"model": name, **r} for r in footprint_rows(model_path(name), photo, repeats)]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS)).astype({"batch": "Int64"})


def summary(frame: pd.DataFrame) -> str:
    """The rows of ``measure`` as two tables: milliseconds by stage, size and start by model.

    Below the stages: their sum, what of it others' pre-trained models take, and a ratio.
    """
    own = frame["kind"] == "footprint"
    stages, axes = frame[~own], ["model", "images", "batch"]
    found = stages["stage"].isin([DETECT, YUNET, *LANDMARKS.values()])
    answered = stages["kind"].isin(["descriptor", "classifier"])

    def total(chosen: pd.DataFrame) -> pd.Series[float]:
        return chosen.groupby(axes)["value"].sum()

    sums = {
        "file to prediction": total(stages),
        FLOOR: total(stages[found & (stages["stage"] != DETECT)]),
        RATIO: total(stages[answered]) / total(stages[found]),
    }
    further = [values.reset_index().assign(stage=name) for name, values in sums.items()]
    rows = pd.concat([stages, *further]).sort_values("model", kind="stable")
    table = rows.pivot_table("value", ["model", "stage"], axes[1:], sort=False)
    footprint = frame[own].set_index(["model", "stage"])[["value", "unit"]]
    texts = (part.to_string(float_format="{:.3f}".format) for part in (table, footprint))
    return "CPU milliseconds an image\n{}\n\nSize and start\n{}".format(*texts)


@click.command(name="speed")
@click.option("--model", "models", multiple=True, help="Shipped model or file; repeatable.")
@click.option("--count", type=click.IntRange(1), default=32, show_default=True, help="Images.")
@click.option("--out", default="runs/speed", show_default=True, help="Folder for the CSV file.")
@click.option("--growth", "grow", is_flag=True, help=f"Train recipes instead ({RECIPE} if none).")
@exit_on_user_error
def main(models: tuple[str, ...], count: int, out: str, grow: bool) -> None:
    """Measure what each stage of a prediction costs, in CPU milliseconds an image."""
    if Path(out).is_file():
        raise UserError(f"--out {out} is a file: name a folder for the results")
    if grow:
        frame = pd.concat([growth(name) for name in models or (RECIPE,)])
        _write(Path(out) / "growth.csv", frame, growth_table(frame).to_string())
        return
    with tempfile.TemporaryDirectory() as folder:
        frame = measure(models or tuple(SHIPPED), drawn_images(Path(folder), count))
    _write(Path(out) / "speed.csv", frame, summary(frame))


def _write(file: Path, frame: pd.DataFrame, text: str) -> None:
    with atomic_write(file) as beside:
        frame.to_csv(beside, index=False)
    print(text, f"written to {file}", sep="\n")


if __name__ == "__main__":
    main()
