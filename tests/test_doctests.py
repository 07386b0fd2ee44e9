"""The ``Examples`` sections of the features, the estimators and the recipes do what they show."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(
    f"happysad.{'.'.join(path.relative_to(ROOT).with_suffix('').parts)}"
    for folder in ("features", "pipeline", "pipeline/estimators")
    for path in (ROOT / folder).glob("*.py")
    if ">>> " in path.read_text()
)
FINDER = doctest.DocTestFinder(exclude_empty=True)
TESTS = [
    test for name in MODULES for test in FINDER.find(import_module(name), name) if test.examples
]


@pytest.mark.parametrize("test", TESTS, ids=lambda test: test.name)
def test_an_example_prints_what_it_shows(test):
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=told.append)
    assert not told, "".join(told)
    assert runner.tries == len(test.examples)


def test_the_modules_that_have_examples_are_found():
    assert "happysad.features.hog" in MODULES
    assert "happysad.pipeline.models.registry" in MODULES
    assert "happysad.pipeline.estimators.svc" in MODULES
    names = {test.name.rpartition(".")[2] for test in TESTS}
    public = set(import_module("happysad.features").__all__)
    assert public - names == {"UserError"}
