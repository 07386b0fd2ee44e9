"""scikit-learn imported lightly: what is stood in for, and that nothing is missed."""

from __future__ import annotations

import os
import subprocess
import sys

from happysad.utils.light_start import LATER, light_imports


def run(code: str, before: str = "") -> str:
    """What a process of its own prints."""
    start = f"{before}\nimport sys; from happysad.utils.light_start import *; light_start()\n"
    theirs = {name: value for name, value in os.environ.items() if "THREADS" not in name}
    command = [sys.executable, "-c", start + code]
    ended = subprocess.run(command, capture_output=True, text=True, env=theirs)
    assert not ended.returncode, ended.stderr
    return ended.stdout.strip()


def test_what_is_stood_in_for_is_not_imported():
    loaded = set(run("print(*sys.modules)").split())
    assert {"sklearn.base", "sklearn.pipeline", "joblib"} <= loaded
    assert loaded.isdisjoint(LATER), loaded.intersection(LATER)


def test_numpy_gets_one_thread_unless_the_user_said_otherwise_and_garbage_is_collected_again():
    code = "import gc, os; print(os.environ['OPENBLAS_NUM_THREADS'], gc.isenabled())"
    assert run(code).split() == ["1", "True"]
    before = "import os; os.environ['OPENBLAS_NUM_THREADS'] = '7'; import numpy"
    assert run(code, before).split() == ["7", "True"]


def test_importing_later_gives_the_real_modules():
    code = """
import pandas, scipy, scipy.stats, scipy.optimize, numpy.testing
print(pandas.DataFrame({"a": [1]})["a"].sum(), scipy.stats.norm.cdf(0), type(scipy.stats).__name__)
print(pandas.DataFrame is __import__("sklearn.utils.fixes").utils.fixes.pd.DataFrame)
"""
    assert run(code).split() == ["1", "0.5", "module", "True"]


def test_compiled_modules_get_the_real_ones_that_they_need_and_no_more():
    code = """
with light_imports():
    import sklearn.svm
names = ("scipy.linalg.cython_blas", "scipy.linalg", "scipy.stats", "pandas")
print(*(name in sys.modules for name in names))
import scipy.linalg
from scipy.linalg import cython_blas
print(scipy.linalg.norm([3.0, 4.0]), type(cython_blas).__name__)
"""
    assert run(code).split() == ["True", "False", "False", "False", "5.0", "module"]


def test_checks_of_arrays_import_no_data_frames_and_those_of_frames_work_as_ever():
    code = """
with light_imports():
    from sklearn.preprocessing import StandardScaler
import numpy as np
rows = np.eye(3)
print(StandardScaler().fit_transform(rows).shape, "narwhals" in sys.modules)
import pandas
fitted = StandardScaler().fit(pandas.DataFrame(rows, columns=["a", "b", "c"]))
print(*fitted.feature_names_in_)
"""
    assert run(code).split() == ["(3,", "3)", "False", "a", "b", "c"]


def test_what_a_compiled_core_holds_is_taken_from_there():
    code = """
with light_imports():
    from scipy.special import expit, comb
print(expit(0.0), "scipy.special" in sys.modules, comb(4, 2), "scipy.special" in sys.modules)
"""
    assert run(code).split() == ["0.5", "False", "6.0", "True"]


def test_functions_that_need_what_was_stood_in_for_work_as_ever():
    # Of scipy.stats, scipy.interpolate, scipy.optimize and pandas.
    code = """
import numpy as np
with light_imports():
    from sklearn.preprocessing import PowerTransformer, QuantileTransformer, SplineTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
x = np.arange(1.0, 13.0).reshape(-1, 1)
y = np.arange(12) % 3 > 0
print(PowerTransformer().fit_transform(x).std().round(3))
print(QuantileTransformer(n_quantiles=12, output_distribution="normal").fit_transform(x)[5, 0] < 0)
print(SplineTransformer().fit_transform(x).shape)
print(LogisticRegression().fit(x, y).predict_proba(x).shape, roc_auc_score(y, x[:, 0]) > 0.5)
print(type(PowerTransformer().set_output(transform="pandas").fit_transform(x)).__name__)
"""
    told = run(code).splitlines()
    assert told == ["1.0", "True", "(12, 7)", "(12, 2) True", "DataFrame"]


def test_a_model_is_loaded_lightly_and_answers_the_same(model_file, photo):
    from happysad.pipeline.model_files.model_file import load_model

    code = f"""
from happysad.pipeline.model_files.model_file import load_model
from happysad.pipeline.model_files.safe_unpickling import unpickled_in
with unpickled_in(light_imports):
    model = load_model({str(model_file)!r})
print(*model.predict_proba([{str(photo)!r}])[0], "scipy.stats" in sys.modules)
"""
    *answers, loaded = run(code).split()
    assert [float(p) for p in answers] == list(load_model(model_file).predict_proba([photo])[0])
    assert loaded == "False"


def test_nothing_is_stood_in_for_where_scikit_learn_is_there():
    import pandas  # noqa: F401

    before = list(sys.meta_path)
    with light_imports():
        assert sys.meta_path == before
