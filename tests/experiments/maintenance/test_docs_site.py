"""The site of ``make docs``."""

from __future__ import annotations

import importlib

import pytest

from happysad.experiments.maintenance.docs_site import PAGES, ROOT, packages, reference, with_links


@pytest.mark.parametrize(
    ("markdown", "folder", "expected"),
    [
        ("[a](docs/video.md#top)", ".", "[a](video.md#top)"),
        ("![drawn](docs/predict.jpg)", ".", "![drawn](predict.jpg)"),
        ("[a](../README.md#terms)", "docs", "[a](index.md#terms)"),
        ("[a](service.md)", "docs", "[a](service.md)"),
        ("[a](../features/hog.py)", "docs", "a"),
        ("[a](results/demo/results.csv)", "docs", "a"),
        ("[a](https://x.org/y) [b](#here)", "docs", "[a](https://x.org/y) [b](#here)"),
    ],
)
def test_links(markdown, folder, expected):
    assert with_links(markdown, folder) == expected


def test_pages_exist():
    assert all((ROOT / page).is_file() for page in PAGES)


def test_the_reference_names_every_public_object_once():
    named = [line.split()[1] for line in reference().splitlines() if line.startswith("::: ")]
    assert len(named) == len(set(named)) > 20
    public = {
        f"{getattr(module, name).__module__}.{name}"
        for module in map(importlib.import_module, packages())
        for name in getattr(module, "__all__", [])
        if hasattr(getattr(module, name), "__module__")
    }
    assert public == set(named)
    assert named[0].startswith("happysad.")


@pytest.mark.docs
@pytest.mark.process
def test_it_is_built_without_a_warning(tmp_path):
    import subprocess
    import sys

    subprocess.run(["make", "links"], cwd=ROOT, check=True, capture_output=True)
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    assert "happysad.features.hog.Hog" in (tmp_path / "reference.html").read_text(encoding="utf-8")
