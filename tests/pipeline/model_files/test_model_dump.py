"""Joblib files whose bytes follow from the model alone."""

from __future__ import annotations

import subprocess
import sys

import joblib
import numpy as np
import pytest

from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.model_files.model_dump import dump_model
from happysad.pipeline.models.registry import make_model

SCRIPT = """
import sys, joblib
from happysad.pipeline.model_files.model_dump import dump_model
dump_model(joblib.load(sys.argv[1]), sys.argv[2], 1)
"""


@pytest.fixture(scope="module")
def model():
    images, labels = make_demo_faces(30, random_state=3)
    return make_model("landmarks-svm", random_state=0).fit(list(images), labels)


def test_plain_joblib_reads_it(model, tmp_path):
    dump_model(model, tmp_path / "m.joblib", 1)
    images = list(make_demo_faces(6, random_state=4)[0])
    loaded = joblib.load(tmp_path / "m.joblib")
    np.testing.assert_allclose(loaded.predict_proba(images), model.predict_proba(images), atol=1e-4)


def test_the_way_that_a_model_came_leaves_no_trace(model, tmp_path):
    """Plain joblib.dump gives other bytes once a model was loaded."""
    paths = [tmp_path / f"{name}.joblib" for name in ("here", "loaded", "elsewhere")]
    dump_model(model, paths[0], 1)
    joblib.dump(model, tmp_path / "plain")
    dump_model(joblib.load(tmp_path / "plain"), paths[1], 1)
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "plain"), str(paths[2])]
    subprocess.run(command, check=True)
    first, *others = (path.read_bytes() for path in paths)
    assert all(other == first for other in others)


def test_equal_texts_and_kinds_are_one_object(tmp_path):
    apart = ["ab cd", "".join(["ab", " cd"])]
    assert apart[0] is not apart[1]
    arrays = [np.array(["happy"], np.dtype("<U5")) for _ in range(2)]
    dump_model([*apart, *arrays], tmp_path / "apart", 9)
    dump_model([apart[0], apart[0], *joblib.load(tmp_path / "apart")[2:]], tmp_path / "same", 9)
    assert (tmp_path / "apart").read_bytes() == (tmp_path / "same").read_bytes()


def test_models_that_differ_give_other_bytes_and_higher_levels_smaller_files(model, tmp_path):
    sizes = []
    for level in (1, 9):
        dump_model(model, tmp_path / "m", level)
        sizes.append((tmp_path / "m").stat().st_size)
    assert sizes[1] < sizes[0]
    before = (tmp_path / "m").read_bytes()
    dump_model([model, 1], tmp_path / "m", 9)
    assert (tmp_path / "m").read_bytes() != before


def test_kinds_with_fields_are_kept(tmp_path):
    table = np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])
    other = np.array([(1, 2.0)], dtype=[("c", "i4"), ("d", "f8")])
    dump_model([table, other], tmp_path / "m", 1)
    assert [found.dtype.names for found in joblib.load(tmp_path / "m")] == [("a", "b"), ("c", "d")]
