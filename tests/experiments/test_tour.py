"""The tour runs from top to bottom, with torch and without, and is committed without outputs."""

from __future__ import annotations

import os
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat", reason="pip install nbclient ipykernel")
nbclient = pytest.importorskip("nbclient", reason="pip install nbclient ipykernel")
pytest.importorskip("ipykernel", reason="pip install nbclient ipykernel")

TOUR = Path(__file__).resolve().parents[2] / "experiments" / "tour.ipynb"
SMALL = {"N_FACES": 100, "EPOCHS": 1}

PICTURES = ("grid", "align", "pictures", "geometry", "cnn", "unsure", "explain", "photo", "figures")
"""Cells that draw one; the last draws two."""

NO_TORCH = "raise ImportError('torch is hidden from this test')\n"


def runs_the_tour(test: Any) -> Any:
    """The test executes the notebook."""
    return pytest.mark.docs(pytest.mark.process(pytest.mark.slow(test)))


def read() -> Any:
    return nbformat.read(TOUR, as_version=4)


def shrink(notebook: Any, settings: dict[str, int]) -> None:
    """Put other numbers into the cell of the settings, each of which must be there."""
    (cell,) = (c for c in notebook.cells if "parameters" in c.metadata.get("tags", []))
    for name, value in settings.items():
        cell.source, found = re.subn(rf"(?m)^{name} = \d+", f"{name} = {value}", cell.source)
        assert found == 1, name


def execute(folder: Path, last: str = "end", **variables: str) -> dict[str, Any]:
    """Run a small tour in a folder, up to the cell ``last``; give the code cells by their id."""
    notebook = read()
    shrink(notebook, SMALL)
    ids = [cell.id for cell in notebook.cells]
    del notebook.cells[ids.index(last) + 1 : ids.index("end")]
    own = {"IPYTHONDIR": str(folder / "ipython"), "TMPDIR": str(folder / "tmp")}
    cwd = folder / "cwd"
    for made in (cwd, folder / "tmp"):
        made.mkdir()
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(cwd)}}
    )
    client.execute(env={**os.environ, **own, **variables})  # raises where a cell does
    assert list(cwd.iterdir()) == [], "the tour wrote into the working folder"
    assert list((folder / "tmp").glob("happysad-*")) == [], "the tour left its folder behind"
    return {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    pytest.importorskip("torch")
    return execute(tmp_path_factory.mktemp("tour"))


def outputs(cell: Any, kind: str) -> list[str]:
    """The outputs of a cell of one MIME type; what it printed is ``text``."""
    if kind == "text":
        return ["".join(o.text for o in cell.outputs if o.output_type == "stream")]
    shown = [o.data for o in cell.outputs if o.output_type in ("display_data", "execute_result")]
    return [data[kind] for data in shown if kind in data]


def test_the_committed_notebook_holds_no_outputs() -> None:
    notebook = read()
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [], cell.id
            assert cell.execution_count is None, cell.id
            assert cell.metadata.keys() <= {"tags"}, cell.id
    assert notebook.metadata.kernelspec.name == "python3"
    assert "widgets" not in notebook.metadata


def test_every_piece_of_code_is_introduced_by_text() -> None:
    cells = read().cells
    assert len({cell.id for cell in cells}) == len(cells)
    bare = ("threads", "setup", "end")
    for before, cell in pairwise(cells):
        if cell.cell_type == "code" and cell.id not in bare:
            assert before.cell_type == "markdown", cell.id


def test_no_path_of_one_machine_is_in_it() -> None:
    text = TOUR.read_text(encoding="utf-8")
    assert not re.search(r"/(home|work|root|tmp|Users)/|[A-Z]:\\\\", text)


def test_no_measured_number_stands_in_the_text() -> None:
    for cell in read().cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\b0\.\d{2,}|\d+\.\d+ ?%", cell.source), cell.id


@runs_the_tour
def test_cells_draw_their_pictures(tour: dict[str, Any]) -> None:
    for name in PICTURES:
        pictures = outputs(tour[name], "image/png")
        assert len(pictures) == (2 if name == "figures" else 1), name
        assert all(len(picture) > 5000 for picture in pictures), name


@runs_the_tour
def test_the_comparison_is_shown(tour: dict[str, Any]) -> None:
    (scores,) = outputs(tour["results"], "text/html")
    for model in ("dummy", "pixels-logreg", "landmarks-svm", "hog-svm", "cnn-quick"):
        assert f">{model}<" in scores
    assert ">ok<" in scores
    assert ">error<" not in scores
    intervals, pairs = outputs(tour["chance"], "text/html")
    assert "high" in intervals
    assert "p_value_holm" in pairs
    (told,) = outputs(tour["chance"], "text")
    assert len(re.findall(r"more than chance|may well be chance", told)) == 4


@runs_the_tour
def test_tables_and_sentences_are_there(tour: dict[str, Any]) -> None:
    assert "mouth_width" in outputs(tour["geometry"], "text/plain")[0]
    assert "ScaledPCA" in outputs(tour["make"], "text/plain")[0]
    assert re.search(r"on the test part it answers \d", outputs(tour["unsure"], "text")[0])
    assert "effect" in outputs(tour["explain-mine"], "text/html")[0]
    assert re.search(r"happy|sad", outputs(tour["photo"], "text/plain")[0])
    assert re.search(r"differ .* by \de-(0[6-9]|[1-9]\d)|by 0e", outputs(tour["file"], "text")[0])


@runs_the_tour
def test_without_torch_it_says_so_and_goes_on(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "torch.py").write_text(NO_TORCH)
    cells = execute(tmp_path, "results", PYTHONPATH=str(hidden))  # no later cell needs torch
    (told,) = outputs(cells["cnn"], "text")
    assert "pip install" in told
    assert outputs(cells["cnn"], "image/png") == []
    (scores,) = outputs(cells["results"], "text/html")
    assert ">error<" in scores
    assert "pip install" in outputs(cells["results"], "text")[0]
    assert scores.count(">ok<") == 4
