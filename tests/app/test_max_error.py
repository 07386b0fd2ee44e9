"""``--max-error``."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from happysad.app.max_error import band_of, max_error_option
from happysad.features.errors import UserError
from happysad.pipeline.bands import card_band
from happysad.pipeline.model_card import read_card


@click.command()
@max_error_option
def command(max_error: float | None) -> None:
    print(max_error)


def test_the_flag_is_a_number_or_not_there():
    assert CliRunner().invoke(command).stdout == "None\n"
    assert CliRunner().invoke(command, ["--max-error", "0.05"]).stdout == "0.05\n"
    assert CliRunner().invoke(command, ["--max-error", "few"]).exit_code == 2


def test_the_thresholds_are_those_of_the_card():
    assert band_of("fusion", None) is None
    assert band_of("landmark-free", 0.05) == card_band(read_card("landmark-free"), 0.05)


def test_a_model_that_cannot_keep_to_it_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="least on its card"):
        band_of("fusion", 0.0001)
    with pytest.raises(UserError, match="has no card"):
        band_of(str(tmp_path / "none.joblib"), 0.05)
