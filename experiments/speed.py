"""What does each stage cost?

CPU milliseconds a face, one thread, from the file to the descriptors, on images of 192 pixels.
The floor is what dlib's detection and landmarks cost on the same images.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from happysad.experiments.console import one_sentence
from happysad.features.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from happysad.features.batch import Faces

SIDE = 192
COLUMNS = ["stage", "kind", "batch", "ms_per_face"]
BATCHES = (1, 256)


def measure(n_images: int = 64, repeats: int = 5) -> pd.DataFrame:
    """CPU milliseconds a face of every stage: stage, kind, batch, ms_per_face.

    The median of ``repeats`` rounds over ``n_images`` built-in faces, enlarged to 192 pixels.
    ``kind`` is ``face`` (the stages before the descriptors), ``descriptor``, ``network`` or
    ``skimage`` (scikit-image's descriptors of the same settings, for comparison).
    """
    import pandas as pd
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        images = _images(n_images)
        faces, rows = _face_stages(images, repeats)
        rows += _descriptors(faces, repeats)
        rows += _skimage(faces, repeats)
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def _images(n_images: int) -> list[Any]:
    import cv2

    from happysad.pipeline.demo_faces import make_demo_faces

    small, _ = make_demo_faces(n_images, random_state=0)
    return [cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC) for image in small]


def _face_stages(images: list[Any], repeats: int) -> tuple[Faces, list[tuple[Any, ...]]]:
    """Decoding, detection, landmarks and alignment of single images."""
    import cv2

    from happysad.features.align import eye_centers, eye_line_transform, warp
    from happysad.features.batch import Faces
    from happysad.features.detect import find_faces, find_landmarks, full_frame
    from happysad.features.faces import FaceAligner

    files = [cv2.imencode(".jpg", image)[1] for image in images]
    found = [(find_faces(image, -0.5) or [full_frame(image)])[0] for image in images]
    pairs = list(zip(images, found, strict=True))
    corners = [find_landmarks(image, face, "5") for image, face in pairs]
    moves = [eye_line_transform(eye_centers(p), 96) for p in corners]
    stages: dict[str, Callable[[], Any]] = {
        "decode JPEG": lambda: [_decoded(data) for data in files],
        "detect": lambda: [find_faces(image, -0.5) for image in images],
        "68 landmarks": lambda: [find_landmarks(image, face) for image, face in pairs],
        "5 landmarks": lambda: [find_landmarks(image, face, "5") for image, face in pairs],
        "align": lambda: [warp(i, m, 96) for i, m in zip(images, moves, strict=True)],
    }
    rows = [(n, "face", 1, _cpu_ms(f, repeats) / len(images)) for n, f in stages.items()]
    aligner = FaceAligner()
    return Faces.concatenate([aligner.align(image, face) for image, face in pairs]), rows


def _decoded(data: Any) -> Any:
    import io

    import numpy as np
    from PIL import Image

    return np.array(Image.open(io.BytesIO(data.tobytes())))


def _descriptors(faces: Faces, repeats: int) -> list[tuple[Any, ...]]:
    """The extractors of ``fusion-svm``, and the pre-trained network, alone and in a batch."""
    import numpy as np

    from happysad.experiments.prepare import extractors
    from happysad.features.embedding import Embedding
    from happysad.pipeline.models import make_model

    rows = []
    for extractor in [*extractors(make_model("fusion-svm")), Embedding()]:
        network = isinstance(extractor, Embedding)
        for batch in BATCHES[:1] if network else BATCHES:
            many = faces[np.arange(batch if batch > 1 else min(8, len(faces))) % len(faces)]
            parts = [many] if batch > 1 else list(many)
            ms = _cpu_ms(partial(_transform_each, extractor, parts), repeats)
            kind = "network" if network else "descriptor"
            rows.append((str(extractor), kind, batch, ms / len(many)))
    return rows


def _transform_each(extractor: Any, parts: list[Faces]) -> None:
    for part in parts:
        extractor.transform(part)


def _skimage(faces: Faces, repeats: int) -> list[tuple[Any, ...]]:
    """scikit-image's HOG and LBP at the settings of ours."""
    from skimage import feature

    lbp: Any = feature.local_binary_pattern  # untyped there
    cells = (8, 8), (2, 2)
    crops = faces.crops[:8]
    stages = {
        "skimage hog, cells of 8": lambda: [feature.hog(crop, 18, *cells) for crop in crops],
        "skimage LBP codes": lambda: [lbp(crop, 8, 2, "nri_uniform") for crop in crops],
    }
    return [(n, "skimage", 1, _cpu_ms(f, repeats) / len(crops)) for n, f in stages.items()]


def _cpu_ms(work: Callable[[], Any], repeats: int) -> float:
    """Median CPU milliseconds of a call, after one that is not counted."""
    import statistics

    work()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1000 * statistics.median(times)


def summary(frame: pd.DataFrame) -> str:
    """The descriptors of ``fusion-svm`` together against the floor, as a ratio of one run."""
    one = frame[frame["batch"] == 1].set_index("stage")["ms_per_face"]
    floor = float(one["detect"] + one["68 landmarks"])
    lines = [f"floor, detection and 68 landmarks: {floor:.2f} ms a face"]
    for batch in BATCHES:
        rows = frame[(frame["kind"] == "descriptor") & (frame["batch"] == batch)]
        total = float(rows["ms_per_face"].sum())
        lines.append(
            f"all descriptors of fusion-svm, batch of {batch}: {total:.2f} ms, "
            f"{total / floor:.2f} of the floor"
        )
    return "\n".join(lines)


@click.command(name="speed")
@click.option("--images", type=click.IntRange(8), default=64, show_default=True)
@click.option("--repeats", type=click.IntRange(1), default=5, show_default=True)
@click.option("--out", default="runs/speed", show_default=True, help="Folder for speed.csv.")
@one_sentence
def main(images: int, repeats: int, out: str) -> None:
    """Measure what each stage costs, in CPU milliseconds a face."""
    from happysad.features.files import atomic_write

    if Path(out).is_file():
        raise UserError(f"--out {out} is a file: name a folder for the results")
    frame = measure(images, repeats)
    with atomic_write(Path(out) / "speed.csv") as beside:
        frame.to_csv(beside, index=False)
    for row in frame.to_dict("records"):
        print(f"{row['stage']:<40} batch {row['batch']:>3}  {row['ms_per_face']:8.3f} ms a face")
    print(summary(frame))
    print(f"written to {Path(out) / 'speed.csv'}")


if __name__ == "__main__":
    main()
