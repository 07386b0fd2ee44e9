"""scikit-learn imported in a third of its time, for a command that predicts and ends.

Its modules import pandas, half of SciPy and more, for functions that few call. Here these are
not imported until something in them is used.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.machinery import ExtensionFileLoader, ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_LINEAR_MODELS = (
    "bayes coordinate_descent glm huber least_angle logistic omp passive_aggressive perceptron "
    "quantile ransac ridge stochastic_gradient theil_sen"
)

_ENSEMBLES = "bagging forest gb hist_gradient_boosting iforest stacking weight_boosting"

DEFERRED = (
    "asyncio", "narwhals", "numpy.f2py", "numpy.testing", "pandas", "psutil", "skimage.color",
    "imblearn.combine", "imblearn.ensemble", "imblearn.metrics", "imblearn.model_selection",
    "imblearn.over_sampling", "imblearn.tensorflow", "imblearn.under_sampling",
    "scipy.fft", "scipy.integrate", "scipy.interpolate", "scipy.linalg", "scipy.ndimage",
    "scipy.optimize", "scipy.signal", "scipy.sparse.csgraph", "scipy.sparse.linalg",
    "scipy.spatial", "scipy.special", "scipy.stats",
    "sklearn._loss", "sklearn.callback._progressbar", "sklearn.isotonic", "sklearn.metrics",
    "sklearn.model_selection", "sklearn.neighbors", "sklearn.tree", "sklearn.utils._test_common",
    "sklearn.utils.estimator_checks",
    *(f"sklearn.ensemble._{name}" for name in _ENSEMBLES.split()),
    *(f"sklearn.linear_model._{name}" for name in _LINEAR_MODELS.split()),
)  # fmt: skip
"""Imported by scikit-learn's estimators, and not needed to predict."""


@contextmanager
def light_imports() -> Iterator[None]:
    """In the block, ``DEFERRED`` are deferred, unless scikit-learn is imported in full already."""
    if "pandas" in sys.modules:  # which it imports
        yield
        return
    collects = gc.isenabled()
    gc.disable()  # modules are there to stay: looking through them for garbage costs 0.1 s
    try:
        with deferred_modules(DEFERRED):
            yield
    finally:
        if collects:
            gc.enable()


def light_start() -> None:
    """Import what every model is made of, lightly, and NumPy for one thread.

    An error here does no harm: whoever needs scikit-learn imports it again, and in full.
    """
    if "numpy" not in sys.modules:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # starting its threads takes time
    with suppress(Exception), light_imports():
        importlib.import_module("imblearn.pipeline")


@contextmanager
def deferred_modules(names: tuple[str, ...]) -> Iterator[None]:
    """In the block, importing these modules, or those below them, gives proxies.

    Modules that are imported already stay as they are, and those not installed are still missing.
    What was imported in the block keeps its proxies; later imports give the real modules. A
    function that is called, or a class that is derived from, within the block ends it.
    """
    finder = _Finder(names)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        finder.end()


class _Finder:
    """Finds a proxy for each module of the given names, until it is ended."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.proxies: dict[str, ModuleType] = {}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        below = name.rpartition(".")[0] in self.proxies
        real = PathFinder.find_spec(name, path) if below or name in self.names else None
        if real is None or isinstance(real.loader, ExtensionFileLoader):
            return real  # compiled modules call each other's functions by address
        spec = ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        spec.submodule_search_locations = real.submodule_search_locations or []
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        self.proxies[spec.name] = _ModuleProxy(spec.name, self)
        return self.proxies[spec.name]

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is executed."""

    def end(self) -> None:
        """Stop, and remove the proxies from where the next import would find them."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        while self.proxies:
            name, module = self.proxies.popitem()
            if sys.modules.get(name) is module:
                del sys.modules[name]
            parent, _, last = name.rpartition(".")
            if vars(sys.modules.get(parent, self)).get(last) is module:
                delattr(sys.modules[parent], last)


class _ModuleProxy(ModuleType):
    def __init__(self, name: str, finder: _Finder) -> None:
        super().__init__(name)
        self.__dict__["_finder"] = finder

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:  # from ... import name
            if self.__name__ == "scipy.special":  # most of it is compiled, at a tenth of the cost
                compiled = importlib.import_module("scipy.special._ufuncs")
                return getattr(compiled, name, None) or _NameProxy(self, name)
            return _NameProxy(self, name)
        if (self.__name__, name) == ("narwhals.stable.v2", "dependencies"):
            return _DataFrameChecks()
        return getattr(importlib.import_module(self.__name__), name)


class _DataFrameChecks:
    """narwhals' ``is_into_dataframe`` and the like: False for an array, without an import."""

    def __getattr__(self, name: str) -> Any:
        def check(value: Any) -> Any:
            if type(value) is sys.modules["numpy"].ndarray:
                return False
            return getattr(importlib.import_module("narwhals.stable.v2.dependencies"), name)(value)

        return check


class _NameProxy:
    """A function or class of such a module."""

    def __init__(self, module: _ModuleProxy, name: str) -> None:
        self._module, self._name = module, name

    def _real(self) -> Any:
        self._module._finder.end()
        return getattr(importlib.import_module(self._module.__name__), self._name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real(), name)

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self._real()(*args, **options)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self._real(),)

    def __instancecheck__(self, value: object) -> bool:
        return isinstance(value, self._real())
