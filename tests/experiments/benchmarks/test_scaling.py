"""Growth of the cost of training: sizes and steps, never times."""

from __future__ import annotations

import pandas as pd
import pytest

from happysad.experiments.benchmarks.scaling import ALIGN, EXTRACT, FIT, growth, growth_table
from happysad.features.hog import Hog


def test_each_step_of_training_at_each_size_with_features_computed_once(monkeypatch):
    computed = []
    usual = Hog._extract
    monkeypatch.setattr(
        Hog, "_extract", lambda self, faces: computed.append(len(faces)) or usual(self, faces)
    )
    frame = growth("hog-svm", [12, 24])
    steps = [(size, stage) for size in (12, 24) for stage in (ALIGN, EXTRACT, FIT)]
    assert list(zip(frame["images"], frame["stage"], strict=True)) == steps
    assert set(frame["model"]) == {"hog-svm"}
    assert (frame["cpu_s"] > 0).all()
    each = (1000 * frame["cpu_s"] / frame["images"]).tolist()
    assert frame["ms_per_image"].tolist() == pytest.approx(each)
    # Faces and mirror images, once to warm up and once for each size; the fit finds them cached,
    # and adds a changed copy of every second one.
    assert sum(computed) == 2 * 1.5 * (24 + 12 + 24)


def test_the_exponent_of_growth():
    rows = [
        {"model": "a", "images": n, "stage": stage, "cpu_s": cost}
        for n in (10, 20, 40)
        for stage, cost in ((FIT, 3.0 * n), (ALIGN, 2.0 * n**2))
    ]
    table = growth_table(pd.DataFrame(rows))
    assert table.loc[("a", FIT), [10, 20, 40]].tolist() == [30, 60, 120]
    assert table.loc[("a", FIT), "exponent"] == pytest.approx(1)
    assert table.loc[("a", ALIGN), "exponent"] == pytest.approx(2)
