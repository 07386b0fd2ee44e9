"""Faces that are neither happy nor sad: what do the models make of them?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

SPLIT = "neutral"


def with_neutral(frame: pd.DataFrame, folder: str, name: str) -> tuple[pd.DataFrame, list[str]]:
    """The frame of the data set ``name`` with rows below for a folder's images, and notes.

    The folder is searched with its sub-folders. Where all names tell FER2013's parts, images of
    its test part alone are taken. UserError where none can be read.
    """
    import pandas as pd

    from happysad.pipeline.data.records import counted, fer2013_parts, images
    from happysad.utils.image_decoding import ImageError, image_digest, read_image
    from happysad.utils.image_files import files_below

    where = Path(folder).expanduser()
    if not where.is_dir():
        raise UserError(f"neutral: there is no folder {folder}")
    found = files_below(where)
    paths = sorted(path.resolve() for path in found.images)
    rows, notes = [], []
    if found.others:
        names = [file.relative_to(where).as_posix() for file in found.others]
        notes.append(counted(names, "non-image file", "left out of the neutral faces"))
    parts = fer2013_parts(paths)
    if "test" in parts:
        tested = [path for path, part in zip(paths, parts, strict=True) if part == "test"]
        if others := len(paths) - len(tested):
            notes.append(f"{images(others)} of FER2013's other parts left out of the neutral faces")
        paths = tested
    for path in paths:
        try:
            read_image(path)
        except ImageError as error:
            notes.append(f"neutral face left out: {error}")
            continue
        digest = image_digest(path)
        rows.append((str(path), SPLIT, SPLIT, digest[:16], name, digest))
    if not rows:
        raise UserError(f"neutral: the folder {folder} holds no images")
    columns = ["path", "label", "split", "group", "source", "sha256"]
    more = pd.DataFrame(rows, columns=pd.Index(columns), dtype="str")
    faces = "neutral face" if len(rows) == 1 else "neutral faces"
    notes.append(f"{len(rows):,} {faces}, to be answered and not scored")
    return pd.concat([frame, more], ignore_index=True).fillna(""), notes
