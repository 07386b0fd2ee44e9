"""What the fits of a run share: its images, its folder, the cache of faces and features."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from happysad.utils.feature_cache import cache_dir

if TYPE_CHECKING:
    import pandas as pd

    from happysad.experiments.runner.run_folder import RunFolder
    from happysad.features.faces.aligner import FaceAligner
    from happysad.features.faces.face_batch import Faces

Log = Callable[[str], None]
"""Called with a line for the reader."""

Align = Callable[["FaceAligner", "pd.DataFrame"], "Faces"]
"""From an aligner and a frame of images to their faces, a face a row."""


def align_images(aligner: FaceAligner, frame: pd.DataFrame) -> Faces:
    """The faces of a frame's images, a face a row, through the cache in use."""
    faces: Faces = aligner.fit_transform(frame["path"].tolist())
    return faces


@dataclass(frozen=True)
class RunContext:
    """What the fits of a run have in common."""

    folder: RunFolder | None  # where rows are recorded; None where nothing is
    frame: pd.DataFrame  # the images, a row each: see ``DataSet``
    cache: Path  # folder of the faces and features that are kept
    jobs: int  # processes
    log: Log
    align: Align = align_images

    @property
    def run(self) -> RunFolder:
        """The folder that rows are written to."""
        if self.folder is None:
            raise ValueError("this run has no folder")
        return self.folder


@contextmanager
def feature_cache_folder(use_cache: bool = True) -> Iterator[Path]:
    """The folder of the user's cache, or one that is gone after the block."""
    if use_cache:
        yield cache_dir() / "features"
        return
    with tempfile.TemporaryDirectory(prefix="happysad-") as folder:
        yield Path(folder)
