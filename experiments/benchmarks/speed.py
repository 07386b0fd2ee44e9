"""What does an answer cost, stage by stage, and what does it cost to have the model?

CPU milliseconds an image, one thread, from the file to the answer, beside what YuNet and dlib's
landmarks cost by themselves on the same images; size, start and memory of the model; and, by
``--growth``, whether the cost of training grows in step with the images.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from happysad.experiments.benchmarks.scaling import SIZES
from happysad.experiments.benchmarks.stage_timing import BATCHES
from happysad.pipeline.model_files.shipped import SHIPPED
from happysad.utils.console import exit_on_user_error, say
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["model", "images", "kind", "stage", "batch", "value", "unit"]
"""Of speed.csv. ``kind`` is face, descriptor, classifier, floor or footprint; the last has no
images and no batch."""

TO_GROW = "fusion-svm"
"""What ``--growth`` trains where no recipe is named."""


def measure(
    models: dict[str, Path],
    images: dict[str, list[Path]],
    repeats: int = 3,
    batches: Sequence[int] = BATCHES,
) -> pd.DataFrame:
    """``COLUMNS`` for fitted models and kinds of images, both by name."""
    import pandas as pd
    from threadpoolctl import threadpool_limits

    from happysad.experiments.benchmarks.memory import footprint_rows
    from happysad.experiments.benchmarks.models import loaded
    from happysad.experiments.benchmarks.stage_timing import floor_rows, stage_rows

    rows: list[dict[str, Any]] = []
    for name, file in models.items():
        say(f"measuring {name}")
        model = loaded(file)
        with threadpool_limits(1):
            for kind, files in images.items():
                told = [row for n in batches for row in stage_rows(model, files, n, repeats)]
                told += floor_rows(model, files, repeats)
                rows += [{"model": name, "images": kind, **row} for row in told]
        photo = next(iter(images.values()))[0]
        rows += [{"model": name, **row} for row in footprint_rows(file, photo, repeats)]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS)).astype({"batch": "Int64"})


def summary(frame: pd.DataFrame) -> list[str]:
    """What the rows of ``measure`` say, in lines for the reader."""
    lines = []
    timed, own = frame[frame["kind"] != "footprint"], frame[frame["kind"] == "footprint"]
    for model, images in timed[["model", "images"]].drop_duplicates().itertuples(index=False):
        part = timed[(timed["model"] == model) & (timed["images"] == images)]
        floor = part[part["kind"] == "floor"]
        for batch in part["batch"].unique():
            rows = part[(part["batch"] == batch) & (part["kind"] != "floor")]
            lines += [f"{model}, {images}, batch of {batch}", *_stage_lines(rows, floor)]
    for model in own["model"].unique():
        lines.append(f"{model}, size and start")
        rows = own[own["model"] == model]
        told = zip(rows["stage"], rows["value"], rows["unit"], strict=True)
        lines += [f"  {stage:<34}{value:9.3f} {unit}" for stage, value, unit in told]
    return lines


def _stage_lines(rows: pd.DataFrame, floor: pd.DataFrame) -> list[str]:
    own = float(rows.loc[rows["kind"].isin(["descriptor", "classifier"]), "value"].sum())
    least = float(floor["value"].sum())
    told = [*zip(rows["stage"], rows["value"], strict=True)]
    told += [("from file to answer", rows["value"].sum()), ("descriptors and classifier", own)]
    return [
        *(f"  {stage:<34}{value:9.3f} ms" for stage, value in told),
        f"  {own / least:.3f} of the floor: {least:.3f} ms for "
        f"{', '.join(floor['stage'])} by themselves",
    ]


@click.command(name="speed")
@click.option("--model", "models", multiple=True, help="Shipped model, file or recipe; repeatable.")
@click.option("--images", help="Folder of images of one's own in place of drawn ones.")
@click.option("--count", type=click.IntRange(1), default=32, show_default=True, help="Images.")
@click.option("--repeats", type=click.IntRange(1), default=3, show_default=True)
@click.option("--out", default="runs/speed", show_default=True, help="Folder for the CSV file.")
@click.option("--growth", "grow", is_flag=True, help="The cost of training in place of answers.")
@click.option("--data", help="What --growth trains on; built-in faces where not given.")
@click.option("--sizes", default=",".join(map(str, SIZES)), show_default=True, help="Of --growth.")
@exit_on_user_error
def main(
    models: tuple[str, ...],
    images: str | None,
    count: int,
    repeats: int,
    out: str,
    grow: bool,
    data: str | None,
    sizes: str,
) -> None:
    """Measure what each stage costs, in CPU milliseconds an image."""
    import pandas as pd

    from happysad.experiments.benchmarks.images import found, written
    from happysad.experiments.benchmarks.models import model_files
    from happysad.experiments.benchmarks.scaling import drawn, growth_lines, growth_rows, read

    if Path(out).is_file():
        raise UserError(f"--out {out} is a file: name a folder for the results")
    if grow:
        wanted = _numbers(sizes)
        shown, labels = read(data) if data not in (None, "demo") else drawn(max(wanted))
        rows = [r for m in models or (TO_GROW,) for r in growth_rows(m, shown, labels, wanted)]
        _show(Path(out) / "growth.csv", pd.DataFrame(rows), growth_lines(rows))
        return
    with tempfile.TemporaryDirectory() as folder:
        files = model_files(models or tuple(SHIPPED), Path(folder))
        seen = found(images, count) if images else written(Path(folder), count)
        frame = measure(files, seen, repeats)
    _show(Path(out) / "speed.csv", frame, summary(frame))


def _numbers(text: str) -> list[int]:
    from happysad.experiments.runner.options import names_of

    try:
        sizes = [int(name) for name in names_of(text)]
    except ValueError:
        sizes = []
    if not sizes or min(sizes) < 10:
        raise UserError(f"--sizes are numbers of 10 or more with commas between, not {text!r}")
    return sizes


def _show(file: Path, frame: pd.DataFrame, lines: Sequence[str]) -> None:
    from happysad.utils.atomic_files import atomic_write

    with atomic_write(file) as beside:
        frame.to_csv(beside, index=False)
    print(*lines, f"written to {file}", sep="\n")


if __name__ == "__main__":
    main()
