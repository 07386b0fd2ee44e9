"""From flags to settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from happysad.experiments.runner.config import CompareConfig
from happysad.experiments.runner.options import names_of, run
from happysad.utils.errors import UserError


@pytest.fixture
def seen():
    """An experiment that keeps what it was asked."""

    class Seen(list):
        def __call__(self, config, *, use_cache, log) -> Path:
            self.append((config, use_cache))
            return Path("here")

    return Seen()


def test_flags_win_over_the_file_and_the_file_over_the_defaults(seen, tmp_path):
    (tmp_path / "a.toml").write_text('data = "faces"\nseed = 3\n')
    flags = {"seed": 4, "models": "dummy, hog-svm,", "balance": "oversample", "out": None}
    assert run(CompareConfig, seen, str(tmp_path / "a.toml"), True, True, **flags) == Path("here")
    ((config, use_cache),) = seen
    assert (config.data, config.seed, config.out) == ("faces", 4, "")
    assert (config.models, config.balance) == (["dummy", "hog-svm"], ["oversample"])
    assert use_cache is False


def test_a_shipped_config_is_taken_where_none_is_named(seen):
    run(CompareConfig, seen, None, False, True, default="demo.toml")
    assert seen[0][0].why
    run(CompareConfig, seen, None, False, True)
    assert seen[1] == (CompareConfig(), True)


def test_wrong_flags_are_refused(seen):
    with pytest.raises(UserError, match="balance"):
        run(CompareConfig, seen, None, False, True, balance="both")
    assert not seen


def test_names_have_commas_between():
    assert names_of(" a ,b,, c") == ["a", "b", "c"]
    assert names_of("") == []
