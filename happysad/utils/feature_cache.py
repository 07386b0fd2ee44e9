"""Results of the face stage and the features, kept on disk image by image.

A ``FeatureCache`` is a folder with one SQLite file per extractor, version and settings; a row
is keyed by the digest of what it was computed from and carries a checksum. SQLite's journal
makes a killed process harmless; a row whose checksum is wrong is computed again, and a file
that is no database any more is begun anew.
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

_ASK_AT_ONCE = 500  # SQLite's limit on the variables of a statement is 999 in old builds
_PATIENCE = 60.0  # seconds to wait for another process that is writing

_PERHAPS_DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""A damaged schema can make a message that is no text, on which ``sqlite3`` stumbles."""

_NOT_DAMAGE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PERM,
}
"""A full disk, a lock held too long and the like: nothing that a new file would mend."""


def cache_dir() -> Path:
    """The folder for caches: ``$HAPPYSAD_CACHE``, or the platform's usual place."""
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
    """Values by space (extractor, version and settings) and key (digest of the input).

    Parameters
    ----------
    folder : Path
        Made when the first value is written.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def get(self, space: str, keys: Sequence[str]) -> dict[str, bytes]:
        """The values of those keys that are stored and undamaged."""
        if not self._file(space).exists():
            return {}
        found: dict[str, bytes] = {}
        try:
            with closing(self._open(space)) as database:
                for start in range(0, len(keys), _ASK_AT_ONCE):
                    found.update(_select(database, keys[start : start + _ASK_AT_ONCE]))
        except _PERHAPS_DAMAGE as error:
            self._begin_anew(space, error)
        return found

    def missing(self, space: str, keys: Sequence[str]) -> list[int]:
        """Positions of the keys that have no value (values are not read, so not checked)."""
        if not self._file(space).exists():
            return list(range(len(keys)))
        try:
            with closing(self._open(space)) as database:
                stored = {key for (key,) in database.execute("SELECT key FROM entries")}
        except _PERHAPS_DAMAGE as error:
            self._begin_anew(space, error)
            stored = set()
        return [i for i, key in enumerate(keys) if key not in stored]

    def put(self, space: str, values: Mapping[str, bytes]) -> None:
        """Store values, all or none of them."""
        rows = [(key, value, _checksum(key, value)) for key, value in values.items()]
        try:
            self._insert(space, rows)
        except _PERHAPS_DAMAGE as error:
            self._begin_anew(space, error)
            self._insert(space, rows)

    def _insert(self, space: str, rows: Sequence[tuple[str, bytes, int]]) -> None:
        with closing(self._open(space)) as database, database:
            database.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", rows)

    def _open(self, space: str) -> sqlite3.Connection:
        self.folder.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._file(space), timeout=_PATIENCE)
        try:
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute(
                "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB, crc INTEGER)"
            )
        except sqlite3.Error:
            database.close()
            raise
        return database

    def _file(self, space: str) -> Path:
        return self.folder / f"{space}.sqlite"

    def _begin_anew(self, space: str, error: Exception) -> None:
        """Remove a damaged file; raise ``error`` where it is not the file's fault."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NOT_DAMAGE:
            raise error
        for suffix in ("", "-journal", "-wal", "-shm"):
            Path(f"{self._file(space)}{suffix}").unlink(missing_ok=True)


def _select(database: sqlite3.Connection, keys: Sequence[str]) -> dict[str, bytes]:
    marks = ",".join("?" * len(keys))
    rows = database.execute(
        f"SELECT key, value, crc FROM entries WHERE key IN ({marks})", list(keys)
    )
    return {key: value for key, value, crc in rows if _checksum(key, value) == crc}


def _checksum(key: object, value: object) -> int:
    """Of both: a damaged index can give the whole value of another key. -1: not our types."""
    if not isinstance(key, str) or not isinstance(value, bytes):
        return -1
    return zlib.crc32(value, zlib.crc32(key.encode()))


_active: ContextVar[FeatureCache | None] = ContextVar("happysad_store", default=None)


def active_feature_cache() -> FeatureCache | None:
    """The store that extractors read and fill now, or None."""
    return _active.get()


@contextmanager
def use_feature_cache(store: FeatureCache | None) -> Iterator[None]:
    """Have all extractors in the block read from ``store`` and fill it; None turns it off."""
    token = _active.set(store)
    try:
        yield
    finally:
        _active.reset(token)


def through_feature_cache(
    space: str,
    keys: Sequence[str],
    compute: Callable[[list[int]], Sequence[bytes]],
) -> list[bytes]:
    """The values of ``keys`` in order: stored ones read, missing ones computed and stored.

    Parameters
    ----------
    compute : callable
        Given the positions that are missing, gives their values in that order. An empty key is
        always computed and never stored; so is an empty value, which stands for a failure.
    """
    store = active_feature_cache()
    known = store.get(space, sorted({key for key in keys if key})) if store else {}
    missing = [i for i, key in enumerate(keys) if key not in known]
    fresh = dict(zip(missing, compute(missing), strict=True)) if missing else {}
    if store and (news := {keys[i]: value for i, value in fresh.items() if keys[i] and value}):
        store.put(space, news)
    return [fresh[i] if i in fresh else known[key] for i, key in enumerate(keys)]
