"""scikit-learn imported lightly: what is deferred, and that nothing is missed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from happysad.pipeline.model_files.shipped import DEFAULT
from happysad.utils.light_start import DEFERRED, deferred_modules, light_imports


def run(code: str, before: str = "") -> list[str]:
    """The lines that a process of its own prints."""
    start = f"{before}\nimport sys; from happysad.utils.light_start import *; light_start()\n"
    env = {name: value for name, value in os.environ.items() if "THREADS" not in name}
    command = [sys.executable, "-c", start + code]
    ended = subprocess.run(command, capture_output=True, text=True, env=env)
    assert not ended.returncode, ended.stderr
    return ended.stdout.splitlines()


@pytest.fixture(scope="module")
def printed() -> dict[str, list[str]]:
    """What one process printed, words by the first word of the line."""
    code = """
import gc, os
def show(*values): print(*values)
def loaded(*names): return [name in sys.modules for name in names]
show("modules", *sys.modules)
show("threads", os.environ["OPENBLAS_NUM_THREADS"], gc.isenabled())

import numpy as np
with light_imports():
    import sklearn.svm
    from scipy.special import expit, comb
    from sklearn.preprocessing import StandardScaler
    from sklearn.preprocessing import PowerTransformer, QuantileTransformer, SplineTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
show("svm", *loaded("scipy.linalg.cython_blas", "scipy.linalg", "scipy.stats", "pandas"))
show("expit", expit(0.0), *loaded("scipy.special"))
rows = np.eye(3)
show("array", StandardScaler().fit_transform(rows).shape == (3, 3), *loaded("narwhals"))

import scipy.linalg
from scipy.linalg import cython_blas
show("linalg", scipy.linalg.norm([3.0, 4.0]), type(cython_blas).__name__)
show("comb", comb(4, 2), *loaded("scipy.special"))

x = np.arange(1.0, 13.0).reshape(-1, 1)
y = np.arange(12) % 3 > 0
show("power", PowerTransformer().fit_transform(x).std().round(3))
normal = QuantileTransformer(n_quantiles=12, output_distribution="normal")
show("quantile", normal.fit_transform(x)[5, 0] < 0)
show("spline", *SplineTransformer().fit_transform(x).shape)
show("logistic", *LogisticRegression().fit(x, y).predict_proba(x).shape)
show("auc", roc_auc_score(y, x[:, 0]) > 0.5)
show("table", type(PowerTransformer().set_output(transform="pandas").fit_transform(x)).__name__)

import pandas, scipy.stats, scipy.optimize, numpy.testing
fitted = StandardScaler().fit(pandas.DataFrame(rows[:, :2], columns=["a", "b"]))
show("columns", *fitted.feature_names_in_)
show("later", pandas.DataFrame({"a": [1]})["a"].sum(), scipy.stats.norm.cdf(0))
real = pandas.DataFrame is __import__("sklearn.utils.fixes").utils.fixes.pd.DataFrame
show("real", type(scipy.stats).__name__, real)
"""
    return {words[0]: words[1:] for words in map(str.split, run(code))}


@pytest.mark.process
def test_what_is_deferred_is_not_imported(printed):
    loaded = set(printed["modules"])
    assert {"sklearn.base", "sklearn.pipeline", "joblib"} <= loaded
    assert loaded.isdisjoint(DEFERRED), loaded.intersection(DEFERRED)


@pytest.mark.process
def test_numpy_gets_one_thread_unless_the_user_said_otherwise_and_garbage_is_collected(printed):
    assert printed["threads"] == ["1", "True"]
    before = "import os; os.environ['OPENBLAS_NUM_THREADS'] = '7'; import numpy"
    code = "import gc, os; print(os.environ['OPENBLAS_NUM_THREADS'], gc.isenabled())"
    assert run(code, before) == ["7 True"]


@pytest.mark.process
def test_compiled_modules_get_the_real_ones_that_they_need_and_no_more(printed):
    assert printed["svm"] == ["True", "False", "False", "False"]
    assert printed["linalg"] == ["5.0", "module"]


@pytest.mark.process
def test_checks_of_arrays_import_no_data_frames_and_those_of_frames_work_as_ever(printed):
    assert printed["array"] == ["True", "False"]
    assert printed["columns"] == ["a", "b"]


@pytest.mark.process
def test_what_a_compiled_module_holds_is_taken_from_there(printed):
    assert printed["expit"] == ["0.5", "False"]
    assert printed["comb"] == ["6.0", "True"]


@pytest.mark.process
def test_functions_that_need_what_was_deferred_work_as_ever(printed):
    """Of scipy.stats, scipy.interpolate, scipy.optimize and pandas."""
    assert printed["power"] == ["1.0"]
    assert printed["quantile"] == ["True"]
    assert printed["spline"] == ["12", "7"]
    assert printed["logistic"] == ["12", "2"]
    assert printed["auc"] == ["True"]
    assert printed["table"] == ["DataFrame"]


@pytest.mark.process
def test_importing_later_gives_the_real_modules(printed):
    assert printed["later"] == ["1", "0.5"]
    assert printed["real"] == ["module", "True"]


@pytest.mark.process
def test_a_model_is_loaded_lightly_and_predicts_the_same(model_file, photo):
    from happysad.pipeline.model_files.model_file import load_model

    for model in (str(model_file), DEFAULT):
        code = f"""
from happysad.pipeline.model_files.model_file import load_model
from happysad.pipeline.model_files.safe_unpickling import unpickled_in
with unpickled_in(light_imports):
    model = load_model({model!r})
heavy = "scipy.stats" in sys.modules or "sklearn.ensemble._forest" in sys.modules
print(*model.predict_proba([{str(photo)!r}])[0], heavy)
"""
        *scores, heavy = run(code)[-1].split()
        assert [float(p) for p in scores] == list(load_model(model).predict_proba([photo])[0])
        assert heavy == "False", model


def test_nothing_is_deferred_where_scikit_learn_is_there():
    import pandas  # noqa: F401

    before = list(sys.meta_path)
    with light_imports():
        assert sys.meta_path == before


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package ``some_package`` of two modules, and ``user_of_it``, which imports them."""
    folder = tmp_path / "some_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "inner.py").write_text("class A:\n    x = 3\n\ndef f():\n    return 4\n")
    (tmp_path / "user_of_it.py").write_text(
        "import some_package.inner as module\nfrom some_package.inner import A, f\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [n for n in sys.modules if n.startswith(("some_package", "user_of_it"))]:
        del sys.modules[name]


def test_a_proxy_is_called_read_and_derived_from(package):
    with deferred_modules(("some_package",)):
        import user_of_it as user
    assert "some_package" not in sys.modules
    assert user.f() == 4
    assert user.A.x == 3
    assert user.module.f() == 4
    real = sys.modules["some_package.inner"]
    assert isinstance(real.A(), user.A)

    class B(user.A):
        pass

    assert issubclass(B, real.A)


def test_a_real_module_that_is_needed_within_ends_it(package):
    with deferred_modules(("some_package",)):
        import user_of_it as user

        assert user.f() == 4
        import some_package.inner

        assert some_package.inner.f() == 4
        assert type(some_package.inner.f).__name__ == "function"


def test_modules_below_a_real_one_are_deferred_and_removed_again(package):
    import some_package

    with deferred_modules(("some_package.inner",)):
        import user_of_it as user
    assert "inner" not in vars(some_package)
    assert user.module.A.x == 3
    assert vars(some_package)["inner"].f() == 4


def test_what_is_not_installed_is_still_missing():
    with deferred_modules(("no_such_package",)), pytest.raises(ModuleNotFoundError):
        import no_such_package  # noqa: F401


def test_an_error_in_the_block_leaves_no_trace(package):
    before = list(sys.meta_path)
    (package / "user_of_it.py").write_text("import some_package.inner\n1 / 0\n")
    with pytest.raises(ZeroDivisionError), deferred_modules(("some_package",)):
        import user_of_it  # noqa: F401
    assert sys.meta_path == before
    assert "some_package.inner" not in sys.modules
