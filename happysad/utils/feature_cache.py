"""Faces and features cached on disk, image by image.

A ``FeatureCache`` is a folder with one SQLite file per extractor, version and settings. A row is
keyed by the digest of its input and carries a checksum. SQLite's journal makes a killed process
harmless, a row with a wrong checksum is computed again, a damaged file is replaced.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

_LOCK_TIMEOUT = 60.0  # seconds to wait for another process that is writing

_MAYBE_DAMAGED = (sqlite3.DatabaseError, UnicodeDecodeError)
"""The message about a damaged schema may be no text, which ``sqlite3`` fails to decode."""

_NOT_DAMAGED = {"BUSY", "CANTOPEN", "FULL", "IOERR", "LOCKED", "PERM"}
"""SQLite's errors of a full disk, a long lock and the like, which a new file would not solve."""


def cache_dir() -> Path:
    """The folder of all caches: ``$HAPPYSAD_CACHE``, or the platform's usual place."""
    if chosen := os.environ.get("HAPPYSAD_CACHE"):
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "happysad"


class FeatureCache:
    """Bytes by cache name (extractor, version and settings) and key (digest of the input).

    Parameters
    ----------
    folder : str or Path
        Made when the first value is written.

    Examples
    --------
    >>> import tempfile
    >>> from happysad.utils import FeatureCache
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cache = FeatureCache(folder)
    ...     cache.put("hog-v1", {"digest of a face": b"its features"})
    ...     cache.get("hog-v1", ["digest of a face", "digest of another"])
    {'digest of a face': b'its features'}
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def get(self, name: str, keys: Sequence[str]) -> dict[str, bytes]:
        """The values of those keys that are stored and undamaged."""
        query = "SELECT key, value, crc FROM entries WHERE key = ?"
        rows = self._select(name, query, [(key,) for key in keys])
        return {key: value for key, value, crc in rows if _checksum(key, value) == crc}

    def missing(self, name: str, keys: Sequence[str]) -> list[int]:
        """Positions of the keys that have no value; checksums are not verified."""
        stored = {key for (key,) in self._select(name, "SELECT key FROM entries", [()])}
        return [i for i, key in enumerate(keys) if key not in stored]

    def put(self, name: str, values: Mapping[str, bytes]) -> None:
        """Store values, all or none of them."""
        rows = [(key, value, _checksum(key, value)) for key, value in values.items()]
        try:
            self._insert(name, rows)
        except _MAYBE_DAMAGED as error:
            self._remove_damaged(name, error)
            self._insert(name, rows)

    def _select(self, name: str, query: str, parameters: Sequence[tuple[str, ...]]) -> list[Any]:
        if not self._file(name).exists():
            return []
        try:
            with closing(self._open(name)) as database:
                return [row for values in parameters for row in database.execute(query, values)]
        except _MAYBE_DAMAGED as error:
            self._remove_damaged(name, error)
            return []

    def _insert(self, name: str, rows: Sequence[tuple[str, bytes, int]]) -> None:
        with closing(self._open(name)) as database, database:
            database.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", rows)

    def _open(self, name: str) -> sqlite3.Connection:
        self.folder.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._file(name), timeout=_LOCK_TIMEOUT)
        try:
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute(
                "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB, crc INTEGER)"
            )
        except sqlite3.Error:
            database.close()
            raise
        return database

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite"

    def _remove_damaged(self, name: str, error: Exception) -> None:
        """Remove the file of a cache; raise ``error`` where the file is not to blame."""
        if getattr(error, "sqlite_errorname", "SQLITE_CORRUPT").split("_")[1] in _NOT_DAMAGED:
            raise error
        for suffix in ("", "-journal", "-wal", "-shm"):
            Path(f"{self._file(name)}{suffix}").unlink(missing_ok=True)


def _checksum(key: object, value: object) -> int:
    """CRC of both, as a damaged index may give another key's value; -1 for other types."""
    if not isinstance(key, str) or not isinstance(value, bytes):
        return -1
    return zlib.crc32(value, zlib.crc32(key.encode()))


active_feature_cache: ContextVar[FeatureCache | None] = ContextVar("feature_cache", default=None)


@contextmanager
def use_feature_cache(cache: FeatureCache | None) -> Iterator[None]:
    """Let all extractors in the block read and fill a cache; None switches caching off.

    Examples
    --------
    >>> from happysad.utils import FeatureCache, use_feature_cache
    >>> with use_feature_cache(FeatureCache("cache")):
    ...     pass  # features are computed once here, and read after that
    """
    token = active_feature_cache.set(cache)
    try:
        yield
    finally:
        active_feature_cache.reset(token)


def get_or_compute(
    name: str, keys: Sequence[str], compute: Callable[[list[int]], Sequence[bytes]]
) -> list[bytes]:
    """The values of ``keys`` in order: read from the cache in use, or computed and stored.

    ``compute`` maps the positions that are missing to their values. Values of empty keys are
    never stored, nor are empty values, which stand for a failure.
    """
    cache = active_feature_cache.get()
    known = cache.get(name, sorted({key for key in keys if key})) if cache else {}
    missing = [i for i, key in enumerate(keys) if key not in known]
    fresh = dict(zip(missing, compute(missing), strict=True)) if missing else {}
    if cache and (new := {keys[i]: value for i, value in fresh.items() if keys[i] and value}):
        cache.put(name, new)
    return [fresh[i] if i in fresh else known[key] for i, key in enumerate(keys)]
