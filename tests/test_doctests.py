"""``Examples`` sections do what they show, and every public class and function has one."""

from __future__ import annotations

import doctest
import inspect
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = [
    file.relative_to(ROOT)
    for top in ("happysad", "features", "pipeline", "experiments")
    for file in sorted((ROOT / top).rglob("*.py"))
]


def name_of(file: Path) -> str:
    parts = file.parent.parts if file.name == "__init__.py" else file.with_suffix("").parts
    return ".".join(parts if parts[0] == "happysad" else ("happysad", *parts))


MODULES = [name_of(file) for file in FILES if ">>> " in (ROOT / file).read_text("utf-8")]
PACKAGES = [name_of(file) for file in FILES if file.name == "__init__.py"]


@pytest.mark.parametrize("name", MODULES)
def test_examples_print_what_they_show(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    printed: list[str] = []
    tests = doctest.DocTestFinder(exclude_empty=True).find(import_module(name), name)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    for test in tests:
        runner.run(test, out=printed.append)
    assert not printed, "".join(printed)
    assert runner.tries > 0


@pytest.mark.parametrize("name", PACKAGES)
def test_every_public_object_has_an_example(name):
    package = import_module(name)
    objects = {one: getattr(package, one) for one in getattr(package, "__all__", [])}
    without = [
        one
        for one, what in objects.items()
        if (inspect.isclass(what) or inspect.isfunction(what))
        and not (inspect.isclass(what) and issubclass(what, Exception))
        and ">>> " not in (what.__doc__ or "")
    ]
    assert not without


def test_modules_with_examples_are_found():
    assert "happysad.features.hog" in MODULES
    assert "happysad" in PACKAGES
    assert len(PACKAGES) > 30
