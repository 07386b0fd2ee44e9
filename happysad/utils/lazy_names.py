"""Public names of a package, imported on first access (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_names(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package that imports its public names on first access.

    Parameters
    ----------
    package : str
        ``__name__`` of the package.
    modules : mapping of str to str
        Each public name to its module, relative to the package or with ``happysad.`` in front.

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
        full = module if module.startswith("happysad.") else f"{package}.{module}"
        value = getattr(import_module(full), name)
        setattr(sys.modules[package], name, value)
        return value

    return get
