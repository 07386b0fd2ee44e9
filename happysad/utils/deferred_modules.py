"""Modules that are not imported but stood in for, until something in them is used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ExtensionFileLoader, ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

CORES = {"scipy.special": "scipy.special._ufuncs"}
"""Compiled modules that hold most of what is imported from the package around them, such as the
``expit`` of calibrated answers; they cost a tenth of it."""


@contextmanager
def deferred_modules(names: tuple[str, ...]) -> Iterator[None]:
    """In the block, these modules and all below them are not imported but stood in for.

    Those that are imported already stay as they are, and those that are not installed are still
    missing. What was imported in the block keeps its stand-ins; whoever imports the modules after
    it gets the real ones. A real one that is needed within the block ends it.
    """
    finder = _Finder(names)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        finder.end()


class _Finder:
    """Finds a stand-in for each module of the given names, until it is ended."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.made: dict[str, ModuleType] = {}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        below = name.rpartition(".")[0] in self.made
        real = PathFinder.find_spec(name, path) if below or name in self.names else None
        if real is None or isinstance(real.loader, ExtensionFileLoader):
            return real  # compiled modules call each other's functions by address
        spec = ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        spec.submodule_search_locations = real.submodule_search_locations or []
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        self.made[spec.name] = _DeferredModule(spec.name, self)
        return self.made[spec.name]

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: that is the point."""

    def end(self) -> None:
        """No stand-ins from here on."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        while self.made:  # taken out of the places where the next import would find them
            name, module = self.made.popitem()
            if sys.modules.get(name) is module:
                del sys.modules[name]
            above, _, last = name.rpartition(".")
            if vars(sys.modules.get(above, self)).get(last) is module:
                delattr(sys.modules[above], last)


class _DeferredModule(ModuleType):
    """A module that is imported when something in it is used."""

    def __init__(self, name: str, finder: _Finder) -> None:
        super().__init__(name)
        self.__dict__["_finder"] = finder

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:  # from ... import name
            core = CORES.get(self.__name__)
            found = getattr(importlib.import_module(core), name, None) if core else None
            return _NameIn(self, name) if found is None else found
        if (self.__name__, name) == ("narwhals.stable.v2", "dependencies"):
            return _Tables()
        return getattr(importlib.import_module(self.__name__), name)


class _Tables:
    """``narwhals.stable.v2.dependencies``: scikit-learn asks it of each input whether it is a
    data frame. An array is none, and the real one is asked of everything else.
    """

    def __getattr__(self, name: str) -> Any:
        def answer(value: Any) -> Any:
            if type(value) is sys.modules["numpy"].ndarray:
                return False
            return real()(value)

        def real() -> Any:
            return getattr(importlib.import_module("narwhals.stable.v2.dependencies"), name)

        return answer if name.startswith("is_into_") else real()


class _NameIn:
    """A function or class of such a module: called, asked, derived from, the real one answers."""

    def __init__(self, module: _DeferredModule, name: str) -> None:
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
