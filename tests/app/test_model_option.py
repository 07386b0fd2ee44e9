"""``--model``: names, files, and a file in the wrong place."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from happysad.app.model_option import (
    max_error_option,
    model_option,
    refuse_model_files,
)
from happysad.features.errors import UserError


@click.command()
@model_option
def command(model: str) -> None:
    print(model)


def test_without_the_flag_the_best_shipped_model_is_meant():
    assert CliRunner().invoke(command).stdout == "fusion\n"
    assert CliRunner().invoke(command, ["--model", "a.joblib"]).stdout == "a.joblib\n"
    assert "[default: fusion]" in " ".join(CliRunner().invoke(command, ["--help"]).stdout.split())


@click.command()
@max_error_option
def careful(max_error: float | None) -> None:
    print(max_error)


def test_the_error_to_keep_to_is_a_number_or_not_there():
    assert CliRunner().invoke(careful).stdout == "None\n"
    assert CliRunner().invoke(careful, ["--max-error", "0.05"]).stdout == "0.05\n"
    assert CliRunner().invoke(careful, ["--max-error", "few"]).exit_code == 2


@pytest.mark.parametrize("images", [("m.joblib", "a.jpg"), ("M.ONNX",)])
def test_a_model_among_the_images_is_one_sentence(images):
    with pytest.raises(UserError, match=rf"predict --model {images[0]} (a.jpg|IMAGE)$"):
        refuse_model_files("predict", images)


def test_images_are_let_pass():
    refuse_model_files("predict", ("a.jpg", "folder"))
