"""What each stage costs: the table, never the times."""

from __future__ import annotations

import pandas as pd
from click.testing import CliRunner

from happysad.experiments.speed import COLUMNS, main, measure, summary


def test_every_stage_is_measured_and_written(tmp_path):
    done = CliRunner().invoke(main, ["--images", "8", "--repeats", "1", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    frame = pd.read_csv(tmp_path / "speed.csv")
    assert list(frame.columns) == COLUMNS
    assert (frame["ms_per_face"] > 0).all()
    stages = {"detect", "68 landmarks", "align", "LandmarkGeometry()", "Lbp(overlap=True)"}
    assert stages <= set(frame["stage"])
    assert "of the floor" in done.output


def test_the_summary_is_the_sum_of_the_descriptors_over_the_floor():
    rows = [("detect", "face", 1, 3.0), ("68 landmarks", "face", 1, 1.0)]
    rows += [(name, "descriptor", batch, 0.5) for name in "ab" for batch in (1, 256)]
    rows += [("net", "network", 1, 99.0)]
    text = summary(pd.DataFrame(rows, columns=COLUMNS))
    assert "landmarks: 4.00 ms" in text
    assert "batch of 1: 1.00 ms, 0.25 of the floor" in text


def test_the_extractors_are_those_of_the_fusion():
    stages = set(measure(8, 1)["stage"])
    assert "Hog(cell=8)" in stages
    assert "Embedding()" in stages


def test_a_file_in_the_place_of_the_folder_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(main, ["--out", str(tmp_path / "file")])
    assert done.exit_code == 2
    assert "is a file" in done.output
