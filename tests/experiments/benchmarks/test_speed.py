"""What a prediction costs: the tables, never the times."""

from __future__ import annotations

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from happysad.experiments.benchmarks import speed
from happysad.experiments.benchmarks.memory import BYTES, SHELL
from happysad.experiments.benchmarks.speed import COLUMNS, main, measure, summary
from happysad.utils.errors import UserError


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_a_models_stages_and_footprint(model_file, demo_data, monkeypatch):
    images = {"faces": sorted((demo_data / "test" / "sad").iterdir())[:2]}

    def footprint(file, photo, repeats):  # test_memory.py measures it
        assert (file, photo, repeats) == (model_file, images["faces"][0], 1)
        own = {"kind": "footprint", "value": 1.0, "unit": "MB"}
        return [{**own, "stage": stage} for stage in (BYTES, SHELL)]

    monkeypatch.setattr(speed, "footprint_rows", footprint)
    frame = measure([str(model_file)], images, repeats=1, batches=(1, 3))
    assert list(frame.columns) == COLUMNS
    assert set(frame["model"]) == {str(model_file)}
    assert (frame["value"] > 0).all()
    stages = frame.groupby("kind")["stage"].agg(set)
    assert {"decode", "detect", "align"} <= stages["face"]
    assert stages["classifier"] == {"classify"}
    assert stages["footprint"] == {BYTES, SHELL}
    timed = frame[frame["kind"] != "footprint"]
    assert set(timed["images"]) == {"faces"}
    assert set(timed["batch"]) == {1, 3}


def test_the_summary_sums_up_the_stages():
    stages = [
        ("face", "decode", 0.7),
        ("face", "detect", 0.5),
        ("face", "YuNet", 3.0),
        ("face", "5 landmarks", 0.5),
        ("descriptor", "Hog()", 0.5),
        ("classifier", "classify", 1),
    ]
    rows = [
        (model, "photos", kind, stage, n, value * n, "ms")
        for model in ("m", "k")
        for n in (1, 2)
        for kind, stage, value in stages
    ]
    rows += [("m", None, "footprint", "model file", None, 7.5, "MB")]
    lines = summary(pd.DataFrame(rows, columns=COLUMNS).astype({"batch": "Int64"})).splitlines()
    texts = [" ".join(line.split()) for line in lines]
    assert texts.count("file to prediction 6.200 12.400") == 2
    assert texts.count("YuNet and dlib alone 3.500 7.000") == 2
    assert texts.count("descriptors and classifier / detection and landmarks 0.375 0.375") == 2
    assert "Hog() 0.500 1.000" in texts
    assert texts[-1] == "m model file 7.500 MB"


def test_the_command_writes_what_it_measured(tmp_path, monkeypatch):
    rows = [("m", "photos", "classifier", "classify", 1, 1.0, "ms")]
    calls = []

    def measured(models, images):
        calls.append((list(models), {kind: len(files) for kind, files in images.items()}))
        return pd.DataFrame(rows, columns=COLUMNS)

    monkeypatch.setattr(speed, "measure", measured)
    result = invoke("--count", 2, "--out", tmp_path / "new")
    assert result.exit_code == 0, result.output
    assert "file to prediction" in result.stdout
    kinds = {"photograph 350x350": 2, "tight crop 48x48": 2}
    assert calls == [(["stack", "texture-svm"], kinds)]
    assert list(pd.read_csv(tmp_path / "new" / "speed.csv").columns) == COLUMNS


def test_growth_is_written_and_shown(tmp_path, monkeypatch):
    row = {"model": "dummy", "stage": "fit", "cpu_s": 1.0, "ms_per_image": 1.0}
    frame = pd.DataFrame([{**row, "images": n} for n in (12, 24)])
    monkeypatch.setattr(speed, "growth", lambda name: frame.assign(model=name))
    result = invoke("--growth", "--model", "dummy", "--model", "hog-svm", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert set(pd.read_csv(tmp_path / "growth.csv")["model"]) == {"dummy", "hog-svm"}
    assert "exponent" in result.stdout


def test_mistakes_are_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    result = invoke("--out", tmp_path / "file")
    assert result.exit_code == 2
    assert "is a file" in result.stderr
    with pytest.raises(
        UserError, match="hog-svm is a recipe, and no trained model of it is shipped"
    ):
        measure(["hog-svm"], {})
