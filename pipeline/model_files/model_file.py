"""Save a model and load it again: a joblib file, and beside it a card that vouches for it.

**A joblib file is a pickle: loading one runs whatever code its author put into it. Load only
files that you made yourself or whose author you trust.** The card tells a damaged file from a
whole one; it does not tell a friendly one from a hostile one, since who writes the file writes
the card. For models from strangers, skops (https://skops.readthedocs.io) is the safe format.

The file holds the Pipeline itself, so ``joblib.load(file).predict(images)`` works in any script
that has happysad installed. ``load_model`` adds the checks.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.pipeline.estimators.check_model import check_model
from happysad.pipeline.model_files.model_card import (
    FORMAT,
    advice,
    card_path,
    library_versions,
    licences,
    plain,
    read_card,
)
from happysad.pipeline.model_files.model_dump import dump_model
from happysad.pipeline.model_files.safe_unpickling import (
    check_cnn_libraries,
    optional_libraries,
    pickled_modules,
    told_plainly,
    unpickle,
)
from happysad.pipeline.model_files.selfcheck import check_probe, make_probe
from happysad.pipeline.model_files.shipped import model_path
from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageSource

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

__all__ = ["card_path", "licences", "load_model", "read_card", "save_model"]

# gzip's lightest level: boosting 1.2 -> 0.6 MB, the SVMs (half-precision numbers) by a tenth, for
# 10 to 25 ms a megabyte; level 3 takes half as long again for 5%.
COMPRESS = 1


def save_model(
    model: Pipeline,
    path: str | Path,
    card: Mapping[str, Any] = {},
    probe: Sequence[ImageSource] | None = None,
    compress: int = COMPRESS,
) -> Path:
    """Write a fitted model and its card, ``<path>.json``.

    Both are written whole beside their places, then renamed, the model first. Killed before, the
    old pair is left; killed between the two renames, the old card does not match the new file
    and ``load_model`` says so.

    Parameters
    ----------
    model : Pipeline
        Fitted, from images to ``happy`` and ``sad``.
    path : str or Path
        The file to write, such as ``happysad.joblib``.
    card : mapping
        What else to tell: name, data and split hashes, metrics, further licences.
    probe : up to 4 images, optional
        Paths or uint8 arrays. They are stored in the card for everyone to see (shrunk to 256
        pixels), with the answers that ``load_model`` will expect: give faces of nobody.
    compress : int
        From 0, which loads quickest, to 9, the smallest and slowest to write.

    Returns
    -------
    Path
        The model file.

    Raises
    ------
    UserError
        It is no fitted model from images to happy and sad (see ``check_model``), could not be
        loaded elsewhere, or the place cannot be written.
    """
    path = Path(path)
    check_model(model)
    modules = pickled_modules(model)
    content = _describe(model, modules, card, probe or [])
    try:
        with atomic_write(card_path(path)) as card_beside, atomic_write(path) as beside:
            dump_model(model, beside, compress)
            content.update(sha256=_sha256(beside), bytes=beside.stat().st_size)
            text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
            card_beside.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot write the model {path}: {error.strerror or error}") from error
    return path


def load_model(path: str | Path) -> Pipeline:
    """Load a model that ``save_model`` wrote, if it is whole and answers as it did then.

    A joblib file can run code as it is loaded: load only your own, or those of authors you
    trust. The file's sha256 is compared with the card's before anything in it is run.

    Parameters
    ----------
    path : str or Path
        The model file; or as text the name of a model that comes with the package ("fusion-svm",
        "texture-svm"; see ``pipeline.shipped``). A file of that name is "./fusion-svm".

    Returns
    -------
    Pipeline
        ``predict`` takes a list of paths, uint8 arrays or PIL images and gives ``happy`` or
        ``sad``.

    Raises
    ------
    UserError
        Missing or damaged file or card, missing libraries, other answers to the probe, or no
        model of that name.

    Warns
    -----
    UserWarning
        Saved with another scikit-learn; the probe, if there is one, was answered rightly.
    """
    if not isinstance(path, str | Path):
        raise UserError(f"a model is named by its file or its name, not by {path!r:.60}")
    path = model_path(path)
    if not path.is_file():
        raise UserError(f"there is no model file {path}: check the path, or train a model first")
    card = read_card(path)
    check_cnn_libraries(path, card)
    with told_plainly(path, card):
        with path.open("rb") as file:  # one handle: what was checked is what is loaded
            _check_hash(file, path, card)
            model, saved_with = unpickle(file)
        check_model(model)
        mismatch = check_probe(model, card["probe"])
    if mismatch:
        raise UserError(
            f"{path} does not answer as it did when it was saved: {mismatch}; {advice(card)}"
        )
    if saved_with is not None:
        import sklearn

        warnings.warn(
            f"{path} was saved with scikit-learn {saved_with} and this is {sklearn.__version__}: "
            f"if its answers seem odd, run pip install scikit-learn=={saved_with} or train it anew",
            UserWarning,
            stacklevel=2,
        )
    return model


def _describe(
    model: Any, modules: set[str], card: Mapping[str, Any], probe: Sequence[ImageSource]
) -> dict[str, Any]:
    """The card but for sha256 and bytes, which are known once the file is written."""
    own: dict[str, Any] = {
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "sha256": "",
        "bytes": 0,
        "steps": [
            {"name": name, "class": f"{type(step).__module__}.{type(step).__qualname__}"}
            for name, step in model.steps
        ],
        "versions": library_versions(optional_libraries(modules)),
        "licences": licences(model),
        "probe": make_probe(model, probe),
    }
    told = plain(card)
    own["licences"] = list(dict.fromkeys([*own["licences"], *told.pop("licences", [])]))
    taken = sorted(own.keys() & told.keys())
    if taken:
        raise UserError(f"save_model writes {', '.join(taken)} itself: leave it out of card")
    # The probe comes last: its images are long lines, and people read cards from the top.
    images = own.pop("probe")
    return {**own, **told, "probe": images}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_hash(file: BufferedReader, path: Path, card: Mapping[str, Any]) -> None:
    if hashlib.file_digest(file, "sha256").hexdigest() != card["sha256"]:
        raise UserError(
            f"{path} is damaged: its sha256 is not the one in {card_path(path).name}; copy both "
            "files again or train it anew"
        )
    file.seek(0)
