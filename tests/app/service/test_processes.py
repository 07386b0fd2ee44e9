"""Processes that answer."""

from __future__ import annotations

import io
import os
import shutil
import signal

import pytest
from PIL import Image

from happysad.app.service.hands import Asked, OwnHand
from happysad.app.service.pictures import TooLarge
from happysad.app.service.processes import hired
from happysad.features.errors import UserError


def large():
    file = io.BytesIO()
    Image.new("L", (500, 500)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def two(model_file):
    """Two processes that answer by the small model, as ``m``."""
    hands = hired(2, {"m": str(model_file)}, pixels=200_000)
    yield hands
    for hand in hands:
        hand.close()


def test_processes_answer_refuse_and_are_replaced_when_they_die(two, model_file, picture):
    asked = Asked("m", False, None)
    expected = OwnHand({"m": str(model_file)}).answer(asked, [("a", picture)])
    assert [hand.answer(asked, [("a", picture)]) for hand in two] == [expected, expected]
    first = two[0]._process.pid
    assert two[1]._process.pid not in (first, os.getpid())
    with pytest.raises(TooLarge, match="pixels and this service takes 200,000"):
        two[0].answer(asked, [("large", large())])
    os.kill(first, signal.SIGKILL)
    with pytest.raises(ChildProcessError):
        two[0].answer(asked, [("a", picture)])
    assert two[0].answer(asked, [("a", picture)]) == expected
    assert two[0]._process.pid != first


def test_what_a_process_did_not_foresee_is_told_without_its_class(two):
    with pytest.raises(RuntimeError, match="KeyError"):
        two[0].answer(Asked("nobody", False, None), [("a", b"")])


def test_a_damaged_model_is_one_sentence(model_file, tmp_path):
    damaged = tmp_path / "damaged.joblib"
    damaged.write_bytes(model_file.read_bytes()[:-100])
    shutil.copy(f"{model_file}.json", f"{damaged}.json")
    with pytest.raises(UserError, match="is damaged"):
        hired(1, {"damaged": str(damaged)})


def test_without_processes_threads_share_this_one(model_file):
    hands = hired(2, {"m": str(model_file)}, processes=False)
    assert [type(hand) for hand in hands] == [OwnHand, OwnHand]


def test_the_environment_is_as_it_was(two):
    assert "HAPPYSAD_SERVICE_MODELS" not in os.environ
