"""The service under load, beside the promise; nothing is said here of how fast it is."""

from __future__ import annotations

import sys

import pandas as pd
import pytest
from click.testing import CliRunner

from happysad.experiments.end_to_end.service_clients import LoadResult
from happysad.experiments.end_to_end.service_load import main, photos, promise, table


def test_the_table_sets_the_service_beside_the_promise():
    heard = LoadResult([0.1] * 90, [], [100.0] * 10 + [102.0] * 10, 2.0)
    rows = {what: value for what, value, _ in table(heard, 1.8, (25.0, 20.0), jobs=1)}
    assert rows["answers a second"] == 45
    assert rows["the service's cost an image"] == pytest.approx(20)
    assert rows["answers a second, of the promise one at a time"] == pytest.approx(112.5)
    assert rows["answers a second, of the promise 256 at a time"] == pytest.approx(90)
    assert rows["cost, of the promise one at a time"] == pytest.approx(80)
    assert rows["cost, of the promise 256 at a time"] == pytest.approx(100)
    assert rows["of its cores' time, the service got"] == pytest.approx(90)
    assert rows["memory, last ten seconds"] - rows["memory, first ten seconds"] == 2
    both = {what: value for what, value, _ in table(heard, 1.8, (25.0, 20.0), jobs=2)}
    assert both["answers a second, of the promise 256 at a time"] == pytest.approx(45)


def test_the_photos_are_those_of_speed_and_the_promise_is_its_measure(model_file):
    from happysad.experiments.benchmarks.images import photographs
    from happysad.pipeline.prediction.load_any import load_any
    from happysad.utils.image_decoding import read_image

    files = photos(2)
    assert read_image(files[0]).shape == (350, 350)
    assert abs(read_image(files[1]).astype(int) - photographs(2)[1]).mean() < 4
    assert promise(load_any(str(model_file)), files, 1, repeats=1) > 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_short_run_writes_its_table_and_finds_nothing_wrong(model_file, tmp_path, monkeypatch):
    from happysad.experiments.end_to_end import service_load

    monkeypatch.setattr(service_load, "promise", lambda *arguments: 20.0)
    monkeypatch.setattr(service_load, "WARM_UP", 0.1)
    arguments = ["--model", str(model_file), "--clients", "2", "--seconds", "1"]
    result = CliRunner().invoke(main, [*arguments, "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    rows = pd.read_csv(tmp_path / "service.csv").set_index("what")["value"]
    assert rows["answers"] > 2
    assert rows["wrong or missing"] == 0
    assert "answers a second" in result.stdout
