"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_UNFINISHED = "-unfinished-"


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path of the same folder and suffix, renamed to ``path`` if all goes well.

    A killed process leaves ``path`` as it was; an exception removes the temporary file. Missing
    folders are made and links followed. A device such as /dev/null is written to directly.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from happysad.utils import atomic_write
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "scores.csv")
    ...     with atomic_write(path) as temporary:
    ...         _ = temporary.write_text("accuracy\\n0.95\\n")
    ...     path.read_text()
    'accuracy\\n0.95\\n'
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file() and not path.is_dir():
        yield path
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{path.stem[:60]}{_UNFINISHED}"  # not the whole name: names end at 255 bytes
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)  # mkstemp lets only the owner read
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def remove_unfinished(folder: Path) -> None:
    """Remove temporary files that killed processes left in a folder and below it."""
    for file in folder.rglob(f".*{_UNFINISHED}*"):
        file.unlink(missing_ok=True)
