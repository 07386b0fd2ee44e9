"""The wheel, installed by itself: a stranger's script, in a folder of its own, without torch."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

pytestmark = [pytest.mark.packaging, pytest.mark.process]

ROOT = Path(__file__).resolve().parent.parent

SCRIPT = """
import sys
# No .pth files (python -S), so the checkout's own installation is out of reach; no torch.
sys.path[1:1] = [{wheel!r}, {packages!r}]
class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "skorch"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, NoTorch())
import joblib, numpy
from PIL import Image
photo = "a photo.jpg"
labels = joblib.load("model.joblib").predict([photo, numpy.asarray(Image.open(photo))])
from happysad.features.faces import aligner
assert aligner.__file__.startswith({wheel!r}), aligner.__file__
print(*labels)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the wheel was unpacked into. Built from a copy: pip leaves build/ behind."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("features", "pipeline", "experiments", "happysad"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(source / "dist")]
    subprocess.run([*pip, *build, str(source)], check=True, capture_output=True)
    (built,) = (source / "dist").glob("*.whl")
    install = ["install", "--no-deps", "--no-compile", "--target", str(target), str(built)]
    subprocess.run([*pip, *install], check=True, capture_output=True)
    return target


def test_the_wheel_holds_what_is_read_at_run_time(wheel: Path):
    package = wheel / "happysad"
    assert (package / "pipeline" / "demo" / "demo_faces.npz").stat().st_size > 100_000
    assert (package / "features" / "visual_words.npz").stat().st_size > 10_000
    shipped = package / "pipeline" / "model_files" / "shipped_models"
    suffixes = {
        "stack": (".joblib", ".joblib.json"),
        "texture-svm": (".joblib", ".joblib.json"),
    }
    for name, ends in {**suffixes, "cnn-pretrained": (".npz", ".onnx", ".onnx.json")}.items():
        assert all((shipped / f"{name}{end}").stat().st_size > 1000 for end in ends)
    left_out = {"benchmarks", "end_to_end", "maintenance", "shipping"}
    for top in ("happysad", "features", "pipeline", "experiments"):
        for file in (ROOT / top).rglob("*"):
            path = file.relative_to(ROOT)
            if file.suffix not in (".py", ".pyi", ".j2", ".toml", ".js", ".html", ".css", ".svg"):
                continue
            packed = (wheel if top == "happysad" else package) / path
            assert packed.exists() != bool(left_out.intersection(path.parts)), path
    for top in ("", "features", "pipeline", "experiments"):
        assert (package / top / "py.typed").exists()


def test_a_model_loads_from_the_wheel_without_torch(wheel: Path, tmp_path: Path):
    from happysad import make_model, save_model
    from happysad.pipeline.demo import make_demo_faces

    images, labels = make_demo_faces(60, random_state=0)
    model = make_model("hog-svm").fit(list(images), labels)
    save_model(model, tmp_path / "model.joblib")
    for name in ("features", "pipeline", "experiments", "happysad_helper"):  # a stranger's own
        (tmp_path / f"{name}.py").write_text("raise ImportError('not mine')")
    Image.fromarray(data.astronaut()).save(tmp_path / "a photo.jpg")
    packages = sysconfig.get_paths()["purelib"]
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(wheel=str(wheel), packages=packages))
    done = subprocess.run(
        [sys.executable, "-S", script.name], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) <= {"happy", "sad"}
    assert len(done.stdout.split()) == 2
    answer = model.predict([np.asarray(Image.open(tmp_path / "a photo.jpg"))])[0]
    assert done.stdout.split() == [answer, answer]


def test_mypy_finds_the_types_of_the_wheel(wheel: Path, tmp_path: Path):
    (tmp_path / "script.py").write_text("from happysad import compare\n\nreveal_type(compare)\n")
    mypy = [sys.executable, "-m", "mypy", "--ignore-missing-imports", "--cache-dir", str(tmp_path)]
    done = subprocess.run(
        [*mypy, "script.py"],
        cwd=tmp_path, env=os.environ | {"MYPYPATH": str(wheel)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "-> happysad.experiments.compare.Comparison" in done.stdout
