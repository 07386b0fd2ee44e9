"""Files that are whole or not there at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_UNFINISHED = "-unfinished-"
_LONGEST = 60
"""Letters of a name that its temporary one holds: names have an end at 255 bytes."""


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``; rename it into place once the block ends well.

    A process killed in between leaves ``path`` as it was. An exception in the block removes the
    temporary file. Missing parent folders are made. A link is followed; what is no regular file,
    such as /dev/null, is given itself.

    Yields
    ------
    Path
        To write to; it has the suffix of ``path``, as writers that look at the suffix expect.
    """
    path = Path(os.path.realpath(path))
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        yield path
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{path.stem[:_LONGEST]}{_UNFINISHED}"
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=path.suffix)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        # mkstemp makes files that only the owner may read; the umask decides for real ones.
        beside.chmod(0o666 & ~_umask())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def remove_unfinished(folder: Path) -> None:
    """Remove what processes that were killed while writing left in a folder and below it."""
    for left in folder.rglob(f".*{_UNFINISHED}*"):
        left.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
