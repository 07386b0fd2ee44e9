"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from happysad.features.faces.face_batch import Faces

# Threads that wait for each other on shared cores make a fit forty times slower. The variable is
# for libraries that load later and for processes that tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")
threadpool_limits(1)

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"

COSTLY = ("finished", "shipped_run", "address")
"""Session fixtures that take long: with several test processes, one of them makes each."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """``pytest --dist loadgroup``: tests of one file, or of one costly fixture, stay together."""
    for item in items:
        costly = [name for name in COSTLY if name in getattr(item, "fixturenames", ())]
        item.add_marker(pytest.mark.xdist_group(costly[0] if costly else str(item.path)))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real images; tests that need it are skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real images are not here: {SHARED_DATA} is missing")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def _private_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    """Tests neither read nor fill the user's own cache."""
    monkeypatch.setenv("HAPPYSAD_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture(scope="session", autouse=True)
def _cache_of_session_fixtures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The same private cache for fixtures that live longer than a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAPPYSAD_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        yield


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of 40 built-in faces: ``train/ val/ test/`` of ``happy/`` and ``sad/``."""
    from happysad.pipeline.demo.demo_faces import demo_folder

    return demo_folder(tmp_path_factory.mktemp("data") / "forty", n_samples=40)


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A JPEG file: a photograph of one smiling person (in the public domain, NASA)."""
    from PIL import Image
    from skimage.data import astronaut

    path = tmp_path_factory.mktemp("photo") / "photo.jpg"
    Image.fromarray(astronaut()[:320]).save(path, quality=95)
    return path


@pytest.fixture(scope="session")
def heic() -> Callable[..., bytes]:
    """``heic(image, orientation=1)``: a HEIC file's bytes, of Pillow's image."""
    reason = "the extra [heic] is not installed"
    pillow_heif = pytest.importorskip("pillow_heif", reason=reason)

    def encode(image: Any, orientation: int = 1) -> bytes:
        from io import BytesIO

        from PIL.Image import Exif

        pillow_heif.register_heif_opener()
        exif, file = Exif(), BytesIO()
        exif[0x0112] = orientation
        image.save(file, "HEIF", quality=95, exif=exif.tobytes())
        return file.getvalue()

    return encode


@pytest.fixture(scope="session")
def model_file(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small fitted model with its card, as ``happysad train`` writes it."""
    from happysad.commands.train import fit_and_save

    path = tmp_path_factory.mktemp("model") / "small.joblib"
    fit_and_save(str(demo_data), "landmarks-svm", path, 1, 0, True, True)
    return path


@pytest.fixture(scope="session")
def four_faces(photo: Path) -> Faces:
    """A face four times over, in crops and under keys of their own."""
    from dataclasses import replace

    import numpy as np

    from happysad.features.faces.aligner import FaceAligner

    four = FaceAligner().transform([photo])[[0, 0, 0, 0]]
    crops = four.crops // np.arange(1, 5, dtype=np.uint8)[:, None, None]
    return replace(four, crops=crops, keys=np.array([f"{i:064x}" for i in range(4)]))


@pytest.fixture(scope="session")
def same() -> Callable[[Faces, Faces], None]:
    """``same(one, other)`` asserts that two batches are equal but for their keys."""
    from dataclasses import fields

    import numpy as np

    def check(one: Faces, other: Faces) -> None:
        for field in fields(one):
            if field.name != "keys":
                a, b = getattr(one, field.name), getattr(other, field.name)
                np.testing.assert_array_equal(a, b)

    return check


@pytest.fixture(scope="session")
def mirrored() -> Callable[[Faces], Faces]:
    """``mirrored(faces)``: each face flipped left to right, crops and landmarks (renumbered, so
    that the mouth's left corner is left again)."""
    from dataclasses import replace

    import numpy as np

    from happysad.features.faces.mirror import SWAPPED

    def flip(faces: Faces) -> Faces:
        landmarks = faces.landmarks[:, SWAPPED].copy()
        landmarks[:, :, 0] = faces.size - 1 - landmarks[:, :, 0]
        crops = np.ascontiguousarray(faces.crops[:, :, ::-1])
        return replace(faces, crops=crops, landmarks=landmarks, keys=np.zeros_like(faces.keys))

    return flip


@pytest.fixture
def refused() -> Callable[..., str]:
    """``refused("compare", "--data", path)``: run it, see that it ends with exit code 2, one
    sentence and no traceback; give the sentence."""
    from click.testing import CliRunner

    from happysad.cli import main

    def run(*arguments: object) -> str:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exit_code == 2, (result.output, result.exception)
        assert isinstance(result.exception, SystemExit)
        lines = result.stderr.splitlines()
        told = [line for line in lines if line.startswith("happysad: ")]
        assert told == lines[-1:]
        assert not any("Traceback" in line or "Error" in line for line in lines)
        assert result.stdout == ""
        return told[0]

    return run


@pytest.fixture
def happysad() -> Callable[..., Any]:
    """``happysad("demo", folder)``: run a command that must end well; give click's result."""
    from click.testing import CliRunner

    from happysad.cli import main

    def run(*arguments: object) -> Any:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exit_code == 0, (result.output, result.exception)
        return result

    return run
