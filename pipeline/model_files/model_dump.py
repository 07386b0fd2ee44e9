"""Write a model as a joblib file: equal models give equal bytes."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from typing import Any


def dump_model(model: Any, path: str | Path, level: int) -> None:
    """Write ``model`` so that ``joblib.load`` gives it back.

    A pickle says not only what is in a model but also which equal texts in it are one object, and
    that depends on the processes that the model came through. Here equal texts are one object,
    so the bytes follow from the model alone, on one machine with the same libraries.

    Parameters
    ----------
    level : int
        Of the compression, 0 to 9.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    import numpy as np
    from joblib.numpy_pickle import NumpyPickler

    kinds: dict[tuple[type, str], Any] = {}

    class Pickler(NumpyPickler):  # type: ignore[misc]  # joblib is untyped
        """One object for equal texts, and for equal kinds of numbers."""

        def save(self, value: Any, *more: Any, **options: Any) -> None:
            if type(value) is str:
                value = sys.intern(value)
            elif isinstance(value, np.dtype) and value.fields is None:
                value = kinds.setdefault((type(value), value.str), value)
            super().save(value, *more, **options)

    # gzip, not zlib: its writer is in the standard library, and joblib reads both alike.
    with (
        Path(path).open("wb") as file,
        gzip.GzipFile("", "wb", level, file, mtime=0) as packed,
    ):
        Pickler(packed, protocol=5).dump(model)
