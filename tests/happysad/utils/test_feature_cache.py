import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from happysad.utils import feature_cache as module
from happysad.utils.feature_cache import (
    FeatureCache,
    active_feature_cache,
    cache_dir,
    get_or_compute,
    use_feature_cache,
)

VALUES = {f"key{i:03d}": bytes([i]) * (50 + i) for i in range(200)}
NAME = "hog-v1-abc"


@pytest.fixture
def cache(tmp_path):
    cache = FeatureCache(tmp_path / "cache")
    cache.put(NAME, VALUES)
    return cache


def file_of(cache):
    (file,) = cache.folder.glob("*.sqlite")
    return file


def assert_never_wrong(cache, rounds=1):
    """What a damaged cache gives is right, and it is whole again after so many rounds."""
    first = cache.get(NAME, list(VALUES))
    assert first.items() <= VALUES.items()
    for _ in range(rounds):
        cache.put(NAME, VALUES)
        found = FeatureCache(cache.folder).get(NAME, list(VALUES))
        assert found.items() <= VALUES.items()
    assert found == VALUES
    return first


def test_it_gives_back_what_it_got(cache):
    assert cache.get(NAME, list(VALUES)) == VALUES
    assert cache.get(NAME, ["key003", "unknown"]) == {"key003": VALUES["key003"]}
    assert FeatureCache(str(cache.folder)).get(NAME, ["key007"]) == {"key007": VALUES["key007"]}


def test_caches_do_not_mix(cache):
    cache.put("lbp-v1-abc", {"key001": b"other"})
    assert cache.get(NAME, ["key001"]) == {"key001": VALUES["key001"]}
    assert cache.get("lbp-v1-abc", ["key001", "key002"]) == {"key001": b"other"}


def test_more_keys_than_sqlite_takes_at_once(tmp_path):
    many = {f"{i:064x}": b"%d" % i for i in range(2500)}
    cache = FeatureCache(tmp_path)
    cache.put("many", many)
    assert cache.get("many", list(many)) == many


def test_a_new_value_replaces_the_old(cache):
    cache.put(NAME, {"key000": b"new"})
    assert cache.get(NAME, ["key000"]) == {"key000": b"new"}


def test_reading_an_unknown_name_makes_no_folder(tmp_path):
    cache = FeatureCache(tmp_path / "none")
    assert cache.get(NAME, ["a"]) == {}
    assert cache.missing(NAME, ["a", "b"]) == [0, 1]
    assert not cache.folder.exists()


def test_missing_gives_the_positions(cache):
    assert cache.missing(NAME, ["key001", "new", "key002", "newer"]) == [1, 3]


def test_a_flipped_byte_in_a_value_is_noticed(cache):
    file = file_of(cache)
    data = file.read_bytes()
    spot = data.index(VALUES["key100"])
    file.write_bytes(data[:spot] + b"\xff" + data[spot + 1 :])
    found = assert_never_wrong(cache)
    assert found.keys() == VALUES.keys() - {"key100"}


def test_a_row_that_is_not_ours_is_noticed(cache):
    other = "(SELECT {} FROM entries WHERE key = 'key101')"
    for damage in (
        "value = 'text'",
        "value = NULL",
        "crc = NULL",
        f"value = {other.format('value')}, crc = {other.format('crc')}",
    ):
        with closing(sqlite3.connect(file_of(cache))) as database, database:
            database.execute(f"UPDATE entries SET {damage} WHERE key = 'key100'")
        found = assert_never_wrong(cache)
        assert found.keys() == VALUES.keys() - {"key100"}, damage


def test_a_table_of_another_kind_is_replaced(cache):
    with closing(sqlite3.connect(file_of(cache))) as database, database:
        database.execute("DROP TABLE entries")
        database.execute("CREATE TABLE entries (key TEXT, value BLOB)")
        database.execute("INSERT INTO entries VALUES ('key100', 'x')")
    assert assert_never_wrong(cache) == {}


def test_a_file_cut_off_is_never_trusted(cache):
    whole = file_of(cache).read_bytes()
    for size in (0, 1, 15, 100, 4095, 4096, 9000, 20000):
        file_of(cache).write_bytes(whole[:size])
        assert_never_wrong(cache)


def test_a_file_that_is_no_database_is_replaced(cache):
    file = file_of(cache)
    for content in (b"", b"only words\n" * 500, b"\0" * 8192):
        file.write_bytes(content)
        assert cache.missing(NAME, ["key000"]) == [0], content[:9]
        file.write_bytes(content)
        assert assert_never_wrong(cache) == {}, content[:9]


@pytest.mark.slow
def test_scattered_damage_is_never_trusted(cache):
    file = file_of(cache)
    whole = file.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(60):
        data = bytearray(whole)
        for place in rng.integers(0, len(data), 40):
            data[place] ^= 1 << int(rng.integers(8))
        for place in rng.integers(0, 120, 1):  # the header and the root page more often
            data[place] ^= 0xFF
        file.write_bytes(data)
        # What was put beside damage not met yet is lost with it once, and computed again.
        assert_never_wrong(cache, rounds=2)


def test_a_damaged_file_is_not_trusted_by_put_either(cache):
    file_of(cache).write_bytes(b"only words\n" * 500)
    cache.put(NAME, {"a": b"1"})
    assert cache.get(NAME, ["a"]) == {"a": b"1"}


def test_a_damaged_schema_is_replaced(cache):
    file = file_of(cache)
    whole = file.read_bytes()
    for good, bad in (
        (b"PRIMARY KEY", b"PRIMARY K\xc5Y"),  # the message about it is no text either
        (b"BLOB, crc", b"BLOB  crc"),  # one column less
        (b"CREATE TABLE", b"CREATE TABEL"),
    ):
        assert good in whole
        damaged = whole.replace(good, bad)
        file.write_bytes(damaged)
        assert cache.get(NAME, ["other"]) == {}, bad
        file.write_bytes(damaged)
        assert cache.missing(NAME, ["other"]) == [0], bad
        file.write_bytes(damaged)
        assert assert_never_wrong(cache) == {}, bad
        file.write_bytes(damaged)
        cache.put(NAME, {"a": b"1"})
        assert cache.get(NAME, ["a"]) == {"a": b"1"}, bad


def test_a_file_that_says_it_is_read_only_is_replaced(cache):
    file = file_of(cache)
    for header in (18, 19):  # the versions that may write and read it
        data = bytearray(file.read_bytes())
        data[header] = 0xEE
        file.write_bytes(data)
        assert_never_wrong(cache)


def test_a_lock_held_too_long_is_no_damage(cache, monkeypatch):
    monkeypatch.setattr(module, "_LOCK_TIMEOUT", 0.05)
    other = sqlite3.connect(file_of(cache))
    other.execute("BEGIN EXCLUSIVE")
    for call in (
        lambda: cache.get(NAME, ["key000"]),
        lambda: cache.put(NAME, {"a": b"1"}),
        lambda: cache.missing(NAME, ["key000"]),
    ):
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            call()
    other.rollback()
    other.close()
    assert cache.get(NAME, list(VALUES)) == VALUES


@pytest.mark.process
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_killed_writer_leaves_all_it_had_put(tmp_path):
    code = (
        "import sys\n"
        "from happysad.utils.feature_cache import FeatureCache\n"
        "cache = FeatureCache(sys.argv[1])\n"
        "for i in range(10**6):\n"
        "    cache.put('s', {f'{i}-{j}': bytes([i % 256, j]) * 2000 for j in range(50)})\n"
        "    print(i, flush=True)\n"
    )
    for _ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(7):
            last = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        cache = FeatureCache(tmp_path)
        written = {
            f"{i}-{j}": bytes([i % 256, j]) * 2000 for i in range(last + 1) for j in range(50)
        }
        assert cache.get("s", list(written)) == written
        cache.put("s", {"after": b"the kill"})
        assert cache.get("s", ["after"]) == {"after": b"the kill"}


@pytest.mark.process
def test_two_writers_at_once_lose_nothing(tmp_path):
    code = (
        "import sys\n"
        "from happysad.utils.feature_cache import FeatureCache\n"
        "cache = FeatureCache(sys.argv[1])\n"
        "for i in range(20):\n"
        "    cache.put('s', {sys.argv[2] + str(i): b'x' * 3000})\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in "ab"]
    assert [writer.wait() for writer in writers] == [0, 0]
    keys = [f"{name}{i}" for name in "ab" for i in range(20)]
    assert FeatureCache(tmp_path).get("s", keys).keys() == set(keys)


class Computing:
    """Values of keys, and the record of what was asked for."""

    def __init__(self, keys):
        self.keys, self.calls = keys, []

    def __call__(self, missing):
        self.calls.append(missing)
        return [b"value of " + self.keys[i].encode() for i in missing]


def test_get_or_compute_computes_only_what_is_missing(tmp_path):
    keys = ["a", "b", "c"]
    with use_feature_cache(FeatureCache(tmp_path)):
        get_or_compute("s", ["b"], Computing(["b"]))
        compute = Computing(keys)
        got = get_or_compute("s", keys, compute)
        again = get_or_compute("s", keys, Computing([]))
    assert compute.calls == [[0, 2]]
    assert got == again == [b"value of a", b"value of b", b"value of c"]


def test_empty_keys_and_empty_values_are_never_stored(tmp_path):
    with use_feature_cache(FeatureCache(tmp_path)):
        for _ in range(2):
            compute = Computing(["", "a"])
            assert get_or_compute("s", ["", "a"], compute)[0] == b"value of "
        assert compute.calls == [[0]]
        assert get_or_compute("s", ["broken"], lambda missing: [b""]) == [b""]
        assert get_or_compute("s", ["broken"], lambda missing: [b"whole"]) == [b"whole"]


def test_without_a_cache_all_is_computed_and_nothing_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    compute = Computing(["a", "b"])
    assert get_or_compute("s", ["a", "b"], compute) == [b"value of a", b"value of b"]
    assert compute.calls == [[0, 1]]
    assert os.listdir(tmp_path) == []


def test_the_active_cache_is_that_of_the_block(tmp_path):
    outer, assert_none = FeatureCache(tmp_path), active_feature_cache.get()
    with use_feature_cache(outer):
        assert active_feature_cache.get() is outer
        with use_feature_cache(None):
            assert active_feature_cache.get() is None
        assert active_feature_cache.get() is outer
    assert active_feature_cache.get() is assert_none is None


def test_the_cache_folder_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("HAPPYSAD_CACHE", str(tmp_path / "mine"))
    assert cache_dir() == tmp_path / "mine"


def test_the_usual_cache_folder_of_each_platform(monkeypatch):
    monkeypatch.delenv("HAPPYSAD_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    monkeypatch.setenv("LOCALAPPDATA", "/local")
    for platform, expected in (
        ("linux", Path("/xdg/happysad")),
        ("darwin", Path.home() / "Library" / "Caches" / "happysad"),
        ("win32", Path("/local/happysad")),
    ):
        monkeypatch.setattr(module.sys, "platform", platform)
        assert cache_dir() == expected, platform
