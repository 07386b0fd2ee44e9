"""Public names of a package, imported when they are first asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_names(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package whose public names lie in modules of their own.

    Parameters
    ----------
    package : str
        ``__name__`` of the package.
    modules : mapping of str to str
        Each public name to the module that defines it, with the package in front of it or not.

    Examples
    --------
    >>> get = lazy_names("happysad", {"UserError": "happysad.utils.errors"})
    >>> get("UserError").__name__
    'UserError'
    """

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = modules[name]
        home = import_module(module if "happysad." in module else f"{package}.{module}")
        value = getattr(home, name)
        setattr(sys.modules[package], name, value)
        return value

    return get
