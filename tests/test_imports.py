"""Imports run one way, light modules stay light, and every module has its test file."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "features": {"features"},
    "pipeline": {"features", "pipeline"},
    "experiments": {"features", "pipeline", "experiments"},
    "app": {"features", "pipeline", "experiments", "app"},
}
HEAVY = ("torch", "skorch", "matplotlib", "sklearn.svm", "sklearn.ensemble", "dlib", "cv2")


def modules() -> list[Path]:
    return [file for folder in MAY_IMPORT for file in sorted((ROOT / folder).rglob("*.py"))]


def imported(file: Path) -> set[str]:
    """Full names of all that a file imports, within functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file} imports by a relative path"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("file", modules(), ids=lambda f: str(f.relative_to(ROOT)))
def test_imports_run_one_way(file):
    folder = file.relative_to(ROOT).parts[0]
    for name in imported(file):
        first, *rest = name.split(".")
        assert first not in MAY_IMPORT, f"{name} works in the root of the checkout only"
        if first == "happysad":
            assert rest[0] in MAY_IMPORT[folder], f"{folder} must not import {name}"


def test_there_is_something_to_look_at():
    assert len(modules()) > 30
    assert "happysad.pipeline.evaluation.metrics.evaluate" in imported(
        ROOT / "pipeline" / "trial.py"
    )


@pytest.mark.parametrize(
    "module",
    [
        "happysad.features",
        "happysad.features.hog",
        "happysad.pipeline",
        "happysad.pipeline.data.dataset",
        "happysad.pipeline.model_files.model_file",
        "happysad.cli",
    ],
)
def test_a_light_import_stays_light(module):
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert module in loaded
    assert loaded.isdisjoint(HEAVY), loaded.intersection(HEAVY)


def test_the_bare_packages_load_nothing_at_all():
    code = "import sys, happysad.features, happysad.pipeline, happysad.experiments, happysad"
    code += "; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"numpy", "sklearn", "pandas", "click"}.isdisjoint(done.stdout.split())


@pytest.mark.parametrize("file", modules(), ids=lambda f: str(f.relative_to(ROOT)))
def test_every_module_has_its_test_file(file):
    if file.name == "__init__.py":
        pytest.skip("holds a docstring")
    name = file.relative_to(ROOT).with_name(f"test_{file.name}")
    assert (ROOT / "tests" / name).is_file(), f"tests/{name} is missing"


@pytest.mark.parametrize("folder", sorted(set(MAY_IMPORT) - {"features", "pipeline"}))
def test_package_files_hold_a_docstring_only(folder):
    (node,) = ast.parse((ROOT / folder / "__init__.py").read_text("utf-8")).body
    assert isinstance(node, ast.Expr)


def test_what_scripts_want_is_imported_from_the_package_itself():
    import happysad.pipeline
    from happysad.pipeline import model_file, predict

    assert happysad.pipeline.predict_images is predict.predict_images
    assert happysad.pipeline.load_model is model_file.load_model
    with pytest.raises(ImportError, match="nothing_of_the_kind"):
        from happysad.pipeline import nothing_of_the_kind  # noqa: F401


@pytest.mark.parametrize("package", ["features", "pipeline"])
def test_every_public_name_is_there(package):
    module = importlib.import_module(f"happysad.{package}")
    assert all(getattr(module, name).__name__ == name for name in module.__all__)
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = module.nothing_of_the_kind
