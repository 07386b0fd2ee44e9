"""The house: imports run one way and in no circle, rooms are small, light modules stay light."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("happysad/utils", "features", "pipeline", "experiments", "happysad")
"""From the ground up: a file imports from its own floor and those below."""

MOST_FILES = 12
HEAVY = ("torch", "skorch", "matplotlib", "sklearn.svm", "sklearn.ensemble", "dlib", "cv2")

Graph = dict[str, set[str]]


def modules() -> list[Path]:
    """All our Python files but the tests, by their path from the root."""
    tops = ("happysad", "features", "pipeline", "experiments")
    files = [file for top in tops for file in sorted((ROOT / top).rglob("*.py"))]
    return [file.relative_to(ROOT) for file in files]


def name_of(file: Path) -> str:
    """``happysad.pipeline.data`` of ``pipeline/data/__init__.py``."""
    parts = list(file.with_suffix("").parts)
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return ".".join(parts if parts[0] == "happysad" else ["happysad", *parts])


def imported(file: Path) -> set[str]:
    """Full names of all that a file imports, within functions and for types too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file} imports by a relative path"
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def file_graph() -> Graph:
    """Each file to the files of ours that it imports; packages' own lists of names left out."""
    files = {name_of(file): str(file) for file in modules() if file.name != "__init__.py"}
    return {
        file: {files[name] for name in imported(Path(file)) if name in files} - {file}
        for file in files.values()
    }


def folder_graph(files: Graph) -> Graph:
    """The same between folders."""
    folders: Graph = defaultdict(set)
    for file, others in files.items():
        folders[str(Path(file).parent)] |= {str(Path(other).parent) for other in others}
    return {folder: others - {folder} for folder, others in folders.items()}


def floor(file: str) -> int:
    return next(n for n, floor in enumerate(FLOORS) if file.startswith(f"{floor}/"))


def test_there_is_something_to_look_at():
    graph = file_graph()
    assert len(graph) > 100
    assert "features/faces/face_batch.py" in graph["features/hog.py"]


def test_imports_run_down_the_floors():
    climbs = [
        f"{file} imports {other}"
        for file, others in file_graph().items()
        for other in others
        if floor(other) > floor(file)
    ]
    assert not climbs


@pytest.mark.parametrize("of", ["files", "folders"])
def test_no_circle(of):
    graph = file_graph() if of == "files" else folder_graph(file_graph())
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(reversed(error.args[1]))}")


def test_a_circle_would_be_seen():
    with pytest.raises(CycleError):
        TopologicalSorter({"a": {"b"}, "b": {"c"}, "c": {"a"}}).prepare()


def test_names_of_ours_are_imported_in_full():
    for file in modules():
        for name in imported(file):
            first = name.partition(".")[0]
            assert first not in FLOORS[1:4], (
                f"{file}: {name} works in the root of the checkout only"
            )


def test_rooms_are_small():
    tracked = [path for top in FLOORS[1:] for path in (ROOT / top).rglob("*") if path.is_file()]
    rooms: dict[Path, list[str]] = defaultdict(list)
    for path in tracked:
        if path.suffix != ".pyc" and path.name not in ("__init__.py", "py.typed"):
            rooms[path.parent].append(path.name)
    assert {str(room): len(files) for room, files in rooms.items() if len(files) > MOST_FILES} == {}


def test_every_module_has_its_test_file():
    missing = [
        str(test)
        for file in modules()
        if file.name not in ("__init__.py", "__main__.py")
        if not (ROOT / (test := Path("tests") / file.with_name(f"test_{file.name}"))).is_file()
    ]
    assert not missing


def test_the_map_of_the_house_names_what_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    paths = re.findall(r"`((?:happysad|features|pipeline|experiments)/[\w/.]+)`", text)
    assert len(paths) > 20
    assert [path for path in paths if "NAME" not in path and not (ROOT / path).exists()] == []


def test_every_folder_is_packaged_or_left_out_on_purpose():
    from setuptools.config.setupcfg import read_configuration

    packages = set(read_configuration(ROOT / "setup.cfg")["options"]["packages"])
    folders = {name_of(file) for file in modules() if file.name == "__init__.py"}
    left_out = {"benchmarks", "end_to_end", "maintenance", "shipping"}
    assert folders - packages == {f"happysad.experiments.{name}" for name in left_out}
    assert packages <= folders


@pytest.mark.parametrize(
    "module",
    [
        "happysad",
        "happysad.cli",
        "happysad.features.hog",
        "happysad.pipeline.data.dataset",
        "happysad.pipeline.model_files.model_file",
    ],
)
def test_a_light_import_stays_light(module):
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert module in loaded
    assert loaded.isdisjoint(HEAVY), loaded.intersection(HEAVY)


def test_the_bare_packages_load_nothing_at_all():
    names = sorted(name_of(file) for file in modules() if file.name == "__init__.py")
    code = f"import sys, {', '.join(names)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"numpy", "sklearn", "pandas", "click"}.isdisjoint(done.stdout.split())


def test_every_public_name_is_there():
    for file in modules():
        if file.name == "__init__.py":
            package = importlib.import_module(name_of(file))
            for name in getattr(package, "__all__", []):
                assert getattr(package, name) is not None
            with pytest.raises(AttributeError, match="nothing_of_the_kind"):
                _ = package.nothing_of_the_kind
