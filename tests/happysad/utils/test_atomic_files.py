import os
import signal
import subprocess
import sys

import pytest

from happysad.utils.atomic_files import atomic_write, remove_unfinished


def test_the_file_is_there_when_the_block_ends(tmp_path):
    path = tmp_path / "new" / "folder" / "grün é.csv"
    with atomic_write(path) as temporary:
        temporary.write_text("all of it")
        assert not path.exists()
    assert path.read_text() == "all of it"
    assert os.listdir(path.parent) == [path.name]


def test_the_temporary_file_lies_in_the_same_folder_and_keeps_the_suffix(tmp_path):
    with atomic_write(str(tmp_path / "report.csv")) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".csv"
        assert temporary.name != "report.csv"


@pytest.mark.skipif(os.name == "nt", reason="an open file is not replaced there")
def test_who_reads_the_old_file_meanwhile_reads_it_to_the_end(tmp_path):
    path = tmp_path / "report.csv"
    path.write_text("old")
    with path.open() as reader:
        with atomic_write(path) as temporary:
            temporary.write_text("new")
        assert reader.read() == "old"
    assert path.read_text() == "new"


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "report.csv"
    path.write_text("old")

    def write_half():
        with atomic_write(path) as temporary:
            temporary.write_text("ne")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        write_half()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.csv"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_others_may_read_what_the_umask_lets_them(tmp_path):
    before = os.umask(0o027)
    try:
        with atomic_write(tmp_path / "a.txt") as temporary:
            temporary.write_text("a")
        assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o640
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)


@pytest.mark.process
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_killed_writer_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    code = (
        "import os, signal, sys\n"
        "from happysad.utils.atomic_files import atomic_write\n"
        "with atomic_write(sys.argv[1]) as temporary:\n"
        "    temporary.write_text('ne')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert path.read_text() == "old"
    temporary, _ = sorted(os.listdir(tmp_path))
    assert temporary.startswith(".a-unfinished-")
    (tmp_path / ".mine.txt").write_text("somebody's hidden file")
    remove_unfinished(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [".mine.txt", "a.txt"]


def test_a_link_is_followed_and_a_device_stays_one(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real").write_text("old")
    with atomic_write(tmp_path / "link") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    with atomic_write(os.devnull) as temporary:
        temporary.write_text("gone")
    assert not os.path.isfile(os.devnull)


def test_the_longest_name_can_be_written(tmp_path):
    with atomic_write(tmp_path / ("n" * 250 + ".csv")) as temporary:
        temporary.write_text("x")
    assert [len(file.name) for file in tmp_path.iterdir()] == [254]
