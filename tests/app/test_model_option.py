"""``--model``: names, files, and a file in the wrong place."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from happysad.app.model_option import (
    load,
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


def test_a_joblib_file_is_loaded(model_file, photo):
    assert load(str(model_file)).predict([photo])[0] in ("happy", "sad")


def test_an_onnx_file_is_loaded_as_one(tmp_path):
    with pytest.raises(UserError, match="or export one"):
        load(str(tmp_path / "none.onnx"))


def test_unknown_names_list_the_shipped_ones():
    with pytest.raises(UserError, match=r"did you mean fusion\?.* fusion and landmark-free"):
        load("fusoin")


@pytest.mark.parametrize("images", [("m.joblib", "a.jpg"), ("M.ONNX",)])
def test_a_model_among_the_images_is_one_sentence(images):
    with pytest.raises(UserError, match=rf"predict --model {images[0]} (a.jpg|IMAGE)$"):
        refuse_model_files("predict", images)


def test_images_are_let_pass():
    refuse_model_files("predict", ("a.jpg", "folder"))
