import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from happysad.utils import feature_cache as store_module
from happysad.utils.feature_cache import (
    FeatureCache,
    active_feature_cache,
    cache_dir,
    through_feature_cache,
    use_feature_cache,
)

VALUES = {f"key{i:03d}": bytes([i]) * (50 + i) for i in range(200)}
SPACE = "hog-v1-abc"


@pytest.fixture
def store(tmp_path):
    store = FeatureCache(tmp_path / "cache")
    store.put(SPACE, VALUES)
    return store


def file_of(store):
    (file,) = store.folder.glob("*.sqlite")
    return file


def assert_never_wrong(store, rounds=1):
    """What a damaged store gives is right, and it is whole again after so many rounds."""
    first = store.get(SPACE, list(VALUES))
    assert first.items() <= VALUES.items()
    for _ in range(rounds):
        store.put(SPACE, VALUES)
        found = FeatureCache(store.folder).get(SPACE, list(VALUES))
        assert found.items() <= VALUES.items()
    assert found == VALUES
    return first


def test_it_gives_back_what_it_got(store):
    assert store.get(SPACE, list(VALUES)) == VALUES
    assert store.get(SPACE, ["key003", "unknown"]) == {"key003": VALUES["key003"]}
    assert FeatureCache(str(store.folder)).get(SPACE, ["key007"]) == {"key007": VALUES["key007"]}


def test_spaces_do_not_mix(store):
    store.put("lbp-v1-abc", {"key001": b"other"})
    assert store.get(SPACE, ["key001"]) == {"key001": VALUES["key001"]}
    assert store.get("lbp-v1-abc", ["key001", "key002"]) == {"key001": b"other"}


def test_more_keys_than_sqlite_takes_at_once(tmp_path):
    many = {f"{i:064x}": b"%d" % i for i in range(2500)}
    store = FeatureCache(tmp_path)
    store.put("many", many)
    assert store.get("many", list(many)) == many


def test_a_new_value_replaces_the_old(store):
    store.put(SPACE, {"key000": b"new"})
    assert store.get(SPACE, ["key000"]) == {"key000": b"new"}


def test_reading_an_unknown_space_makes_no_folder(tmp_path):
    store = FeatureCache(tmp_path / "none")
    assert store.get(SPACE, ["a"]) == {}
    assert store.missing(SPACE, ["a", "b"]) == [0, 1]
    assert not store.folder.exists()


def test_missing_gives_the_positions(store):
    assert store.missing(SPACE, ["key001", "new", "key002", "newer"]) == [1, 3]


def test_a_flipped_byte_in_a_value_is_noticed(store):
    file = file_of(store)
    data = file.read_bytes()
    spot = data.index(VALUES["key100"])
    file.write_bytes(data[:spot] + b"\xff" + data[spot + 1 :])
    found = assert_never_wrong(store)
    assert found.keys() == VALUES.keys() - {"key100"}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entries SET value = 'text' WHERE key = 'key100'",
        "UPDATE entries SET value = NULL WHERE key = 'key100'",
        "UPDATE entries SET crc = NULL WHERE key = 'key100'",
        "UPDATE entries SET value = (SELECT value FROM entries WHERE key = 'key101'), "
        "crc = (SELECT crc FROM entries WHERE key = 'key101') WHERE key = 'key100'",
    ],
    ids=["text", "no value", "no checksum", "another key's value with its checksum"],
)
def test_a_row_that_is_not_ours_is_noticed(store, damage):
    with sqlite3.connect(file_of(store)) as database:
        database.execute(damage)
    database.close()
    found = assert_never_wrong(store)
    assert found.keys() == VALUES.keys() - {"key100"}


def test_a_table_of_another_kind_is_begun_anew(store):
    with sqlite3.connect(file_of(store)) as database:
        database.execute("DROP TABLE entries")
        database.execute("CREATE TABLE entries (key TEXT, value BLOB)")
        database.execute("INSERT INTO entries VALUES ('key100', 'x')")
    database.close()
    assert assert_never_wrong(store) == {}


@pytest.mark.parametrize("size", [0, 1, 15, 100, 4095, 4096, 9000, 20000])
def test_a_file_cut_off_is_never_trusted(store, size):
    file = file_of(store)
    file.write_bytes(file.read_bytes()[:size])
    assert_never_wrong(store)


@pytest.mark.parametrize("content", [b"", b"only words\n" * 500, b"\0" * 8192])
def test_a_file_that_is_no_database_is_begun_anew(store, content):
    file_of(store).write_bytes(content)
    assert store.missing(SPACE, ["key000"]) == [0]
    (store.folder / f"{SPACE}.sqlite").write_bytes(content)
    assert assert_never_wrong(store) == {}


def test_scattered_damage_is_never_trusted(store):
    file = file_of(store)
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
        assert_never_wrong(store, rounds=2)


def test_a_damaged_file_is_not_trusted_by_put_either(store):
    file_of(store).write_bytes(b"only words\n" * 500)
    store.put(SPACE, {"a": b"1"})
    assert store.get(SPACE, ["a"]) == {"a": b"1"}


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"PRIMARY KEY", b"PRIMARY K\xc5Y"),  # the message about it is no text either
        (b"BLOB, crc", b"BLOB  crc"),  # one column less
        (b"CREATE TABLE", b"CREATE TABEL"),
    ],
)
def test_a_damaged_schema_is_begun_anew(store, good, bad):
    file = file_of(store)
    data = file.read_bytes()
    assert good in data
    for ask in (store.get, store.missing):
        file.write_bytes(data.replace(good, bad))
        assert not ask(SPACE, ["other"]) or ask == store.missing
    file.write_bytes(data.replace(good, bad))
    assert assert_never_wrong(store) == {}
    file.write_bytes(data.replace(good, bad))
    store.put(SPACE, {"a": b"1"})
    assert store.get(SPACE, ["a"]) == {"a": b"1"}


@pytest.mark.parametrize("header", [18, 19])  # the versions that may write and read it
def test_a_file_that_says_it_is_read_only_is_begun_anew(store, header):
    file = file_of(store)
    data = bytearray(file.read_bytes())
    data[header] = 0xEE
    file.write_bytes(data)
    assert_never_wrong(store)


def test_a_lock_held_too_long_is_no_damage(store, monkeypatch):
    monkeypatch.setattr(store_module, "_PATIENCE", 0.05)
    other = sqlite3.connect(file_of(store))
    other.execute("BEGIN EXCLUSIVE")
    for call in (
        lambda: store.get(SPACE, ["key000"]),
        lambda: store.put(SPACE, {"a": b"1"}),
        lambda: store.missing(SPACE, ["key000"]),
    ):
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            call()
    other.rollback()
    other.close()
    assert store.get(SPACE, list(VALUES)) == VALUES


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_killed_writer_leaves_all_it_had_put(tmp_path):
    code = (
        "import sys\n"
        "from happysad.utils.feature_cache import FeatureCache\n"
        "store = FeatureCache(sys.argv[1])\n"
        "for i in range(10**6):\n"
        "    store.put('s', {f'{i}-{j}': bytes([i % 256, j]) * 2000 for j in range(50)})\n"
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
        store = FeatureCache(tmp_path)
        written = {
            f"{i}-{j}": bytes([i % 256, j]) * 2000 for i in range(last + 1) for j in range(50)
        }
        assert store.get("s", list(written)) == written
        store.put("s", {"after": b"the kill"})
        assert store.get("s", ["after"]) == {"after": b"the kill"}


def test_two_writers_at_once_lose_nothing(tmp_path):
    code = (
        "import sys\n"
        "from happysad.utils.feature_cache import FeatureCache\n"
        "store = FeatureCache(sys.argv[1])\n"
        "for i in range(20):\n"
        "    store.put('s', {sys.argv[2] + str(i): b'x' * 3000})\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in "ab"]
    assert [writer.wait() for writer in writers] == [0, 0]
    keys = [f"{name}{i}" for name in "ab" for i in range(20)]
    assert FeatureCache(tmp_path).get("s", keys).keys() == set(keys)


class Computing:
    """Values of keys, and the record of what was asked for."""

    def __init__(self, keys):
        self.keys, self.asked = keys, []

    def __call__(self, missing):
        self.asked.append(missing)
        return [b"value of " + self.keys[i].encode() for i in missing]


def test_through_store_computes_only_what_is_missing(tmp_path):
    keys = ["a", "b", "c"]
    with use_feature_cache(FeatureCache(tmp_path)):
        through_feature_cache("s", ["b"], Computing(["b"]))
        compute = Computing(keys)
        got = through_feature_cache("s", keys, compute)
        again = through_feature_cache("s", keys, Computing([]))
    assert compute.asked == [[0, 2]]
    assert got == again == [b"value of a", b"value of b", b"value of c"]


def test_empty_keys_and_empty_values_are_never_stored(tmp_path):
    with use_feature_cache(FeatureCache(tmp_path)):
        for _ in range(2):
            compute = Computing(["", "a"])
            assert through_feature_cache("s", ["", "a"], compute)[0] == b"value of "
        assert compute.asked == [[0]]
        assert through_feature_cache("s", ["broken"], lambda missing: [b""]) == [b""]
        assert through_feature_cache("s", ["broken"], lambda missing: [b"whole"]) == [b"whole"]


def test_without_a_store_all_is_computed_and_nothing_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    compute = Computing(["a", "b"])
    assert through_feature_cache("s", ["a", "b"], compute) == [b"value of a", b"value of b"]
    assert compute.asked == [[0, 1]]
    assert os.listdir(tmp_path) == []


def test_the_active_store_is_that_of_the_block(tmp_path):
    outer, assert_none = FeatureCache(tmp_path), active_feature_cache()
    with use_feature_cache(outer):
        assert active_feature_cache() is outer
        with use_feature_cache(None):
            assert active_feature_cache() is None
        assert active_feature_cache() is outer
    assert active_feature_cache() is assert_none is None


def test_the_cache_folder_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("HAPPYSAD_CACHE", str(tmp_path / "mine"))
    assert cache_dir() == tmp_path / "mine"


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_the_usual_cache_folder_of_each_platform(monkeypatch, tmp_path, platform):
    monkeypatch.delenv("HAPPYSAD_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    monkeypatch.setenv("LOCALAPPDATA", "/local")
    monkeypatch.setattr(store_module.sys, "platform", platform)
    expected = {
        "linux": Path("/xdg/happysad"),
        "darwin": Path.home() / "Library" / "Caches" / "happysad",
        "win32": Path("/local/happysad"),
    }
    assert cache_dir() == expected[platform]
