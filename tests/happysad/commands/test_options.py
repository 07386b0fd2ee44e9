"""``--model``: names, files, and a file in the wrong place."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from happysad.commands.options import (
    always_answer_option,
    max_error_option,
    min_face_option,
    min_score_option,
    model_option,
    reject_model_files,
)
from happysad.utils.errors import UserError


@click.command()
@model_option
def command(model: str) -> None:
    print(model)


def test_without_the_flag_the_best_shipped_model_is_meant():
    assert CliRunner().invoke(command).stdout == "stack\n"
    assert CliRunner().invoke(command, ["--model", "a.joblib"]).stdout == "a.joblib\n"
    assert "[default: stack]" in " ".join(CliRunner().invoke(command, ["--help"]).stdout.split())


@click.command()
@max_error_option
@min_score_option
@min_face_option
def careful(**options: float | None) -> None:
    print(options)


def test_the_others_are_numbers_or_not_there():
    names = ("max_error", "min_score", "min_face")
    assert CliRunner().invoke(careful).stdout == f"{dict.fromkeys(names)}\n"
    for name in names:
        flag = f"--{name.replace('_', '-')}"
        assert f"'{name}': 0.5" in CliRunner().invoke(careful, [flag, "0.5"]).stdout
        assert CliRunner().invoke(careful, [flag, "few"]).exit_code == 2


@click.command()
@always_answer_option
def bold(always_answer: bool) -> None:
    print(always_answer)


def test_every_face_is_answered_where_that_is_asked_for():
    assert CliRunner().invoke(bold).stdout == "False\n"
    assert CliRunner().invoke(bold, ["--always-answer"]).stdout == "True\n"


@pytest.mark.parametrize("images", [("m.joblib", "a.jpg"), ("M.ONNX",)])
def test_a_model_among_the_images_is_one_sentence(images):
    with pytest.raises(UserError, match=rf"predict --model {images[0]} (a.jpg|IMAGE)$"):
        reject_model_files("predict", images)


def test_images_are_let_pass():
    reject_model_files("predict", ("a.jpg", "folder"))
