"""What an answer costs: the tables, never the times."""

from __future__ import annotations

import pandas as pd
import pytest
from click.testing import CliRunner

from happysad.experiments.benchmarks import speed
from happysad.experiments.benchmarks.memory import BYTES, SHELL
from happysad.experiments.benchmarks.speed import COLUMNS, main, measure, summary


def told(*arguments: object):
    return CliRunner().invoke(main, [str(one) for one in arguments])


def test_a_models_stages_floor_and_footprint(model_file, demo_data, monkeypatch):
    def weighed(file, photo, repeats):  # test_footprint.py does it in earnest
        assert (file, photo, repeats) == (model_file, images["faces"][0], 1)
        own = {"kind": "footprint", "value": 1.0, "unit": "MB"}
        return [{**own, "stage": stage} for stage in (BYTES, SHELL)]

    monkeypatch.setattr("happysad.experiments.benchmarks.memory.footprint_rows", weighed)
    images = {"faces": sorted((demo_data / "test" / "sad").iterdir())[:2]}
    frame = measure({"mine": model_file}, images, repeats=1, batches=(1, 3))
    assert list(frame.columns) == COLUMNS
    assert set(frame["model"]) == {"mine"}
    assert (frame["value"] > 0).all()
    kinds = frame.groupby("kind")["stage"].agg(set)
    assert {"decode", "detect", "align"} <= kinds["face"]
    assert kinds["classifier"] == {"classify"}
    assert kinds["footprint"] == {BYTES, SHELL}
    seen = frame[frame["kind"] != "footprint"]
    assert set(seen["images"]) == {"faces"}
    assert set(seen.loc[seen["kind"] != "floor", "batch"]) == {1, 3}


def test_the_summary_sums_up_and_compares_with_the_floor():
    stages = [("face", "detect", 4.0), ("descriptor", "Hog()", 0.5), ("classifier", "classify", 1)]
    rows = [("m", "photos", kind, s, n, v * n, "ms") for n in (1, 2) for kind, s, v in stages]
    rows += [("m", "photos", "floor", "detect", 1, 3.0, "ms")]
    rows += [("m", "photos", "floor", "5 landmarks", 1, 2.0, "ms")]
    rows += [("m", None, "footprint", "model file", None, 7.5, "MB")]
    lines = summary(pd.DataFrame(rows, columns=COLUMNS).astype({"batch": "Int64"}))
    first = lines[: lines.index("m, photos, batch of 2")]
    assert first[0] == "m, photos, batch of 1"
    texts = [" ".join(line.split()) for line in first]
    assert "from file to answer 5.500 ms" in texts
    assert "descriptors and classifier 1.500 ms" in texts
    assert "0.300 of the floor: 5.000 ms for detect, 5 landmarks by themselves" in texts
    assert " ".join(lines[-1].split()) == "model file 7.500 MB"


def test_the_command_writes_what_it_measured(tmp_path, monkeypatch):
    rows = [("m", "photos", "classifier", "classify", 1, 1.0, "ms")]
    rows += [("m", "photos", "floor", "detect", 1, 4.0, "ms")]
    asked = []

    def measured(models, images, repeats):
        asked.append((list(models), {kind: len(files) for kind, files in images.items()}, repeats))
        return pd.DataFrame(rows, columns=COLUMNS)

    monkeypatch.setattr(speed, "measure", measured)
    done = told("--count", 2, "--repeats", 5, "--out", tmp_path / "new")
    assert done.exit_code == 0, done.output
    assert "0.250 of the floor" in done.output
    assert asked[0][1:] == ({"photograph 350x350": 2, "tight crop 48x48": 2}, 5)
    assert asked[0][0] == ["fusion-svm", "texture-svm"]
    assert list(pd.read_csv(tmp_path / "new" / "speed.csv").columns) == COLUMNS


def test_growth_is_written_and_told(tmp_path):
    done = told("--growth", "--model", "dummy", "--sizes", "12, 24", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    frame = pd.read_csv(tmp_path / "growth.csv")
    assert list(frame.columns) == ["model", "images", "stage", "cpu_s", "ms_per_image"]
    assert set(frame["images"]) == {12, 24}
    assert "grows as images to the power of" in done.output


@pytest.mark.parametrize("sizes", ["", "many", "3", "100,"])
def test_wrong_sizes_are_one_sentence(tmp_path, sizes):
    done = told("--growth", "--model", "dummy", "--sizes", sizes, "--out", tmp_path)
    if sizes == "100,":
        assert done.exit_code == 0
        return
    assert done.exit_code == 2
    assert "--sizes are numbers of 10 or more" in done.output


def test_a_file_in_the_place_of_the_folder_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    done = told("--out", tmp_path / "file")
    assert done.exit_code == 2
    assert "is a file" in done.output
