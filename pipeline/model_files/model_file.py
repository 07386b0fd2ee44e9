"""Save a model and load it again: a joblib file, and beside it a card that identifies it.

**A joblib file is a pickle: loading one runs whatever code its author put into it. Load only
files that you made yourself or whose author you trust.** The card tells a damaged file from a
whole one; it does not tell a friendly one from a hostile one, since who writes the file writes
the card. For models from strangers, skops (https://skops.readthedocs.io) is the safe format.

The file holds the Pipeline itself, so ``joblib.load(file).predict(images)`` works in any script
that has happysad installed. ``load_model`` adds the checks.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.pipeline.estimators.fitted_model import check_model
from happysad.pipeline.model_files.model_card import (
    WRITTEN,
    advice,
    card_path,
    check_sha256,
    library_versions,
    licences,
    plain,
    read_card,
    write_with_card,
)
from happysad.pipeline.model_files.safe_unpickling import (
    as_user_error,
    check_cnn_libraries,
    optional_libraries,
    pickled_modules,
    unpickle,
)
from happysad.pipeline.model_files.selfcheck import ENTRY, find_mismatch, make_selfcheck
from happysad.pipeline.model_files.shipped import model_path
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageSource

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

__all__ = ["card_path", "licences", "load_model", "read_card", "save_model"]


def save_model(
    model: Pipeline,
    path: str | Path,
    card: Mapping[str, Any] = {},
    selfcheck_images: Sequence[ImageSource] = (),
    compress: int = 1,
) -> Path:
    """Write a fitted model and its card, ``<path>.json``.

    Both are written to temporary files, then renamed, the model first. Killed before, the old
    pair is left; killed between the two renames, the old card does not match the new file and
    ``load_model`` says so.

    Parameters
    ----------
    model : Pipeline
        Fitted, from images to ``happy`` and ``sad``.
    path : str or Path
        The file to write, such as ``happysad.joblib``.
    card : mapping
        Further entries: name, data and split hashes, metrics, further licences.
    selfcheck_images : up to 4 images, optional
        Paths or uint8 arrays. They are stored in the card for everyone to see (shrunk to 256
        pixels), with the answers that ``load_model`` will expect: give faces of nobody.
    compress : int
        Level of zlib's compression, 0 to 9. 1 halves boosting and takes a tenth off the SVMs,
        whose numbers are of half precision; 3 takes half as long again for 5%.

    Raises
    ------
    UserError
        It is no fitted model from images to happy and sad (see ``check_model``), could not be
        loaded elsewhere, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from happysad.pipeline.demo.demo_faces import make_demo_faces
    >>> from happysad.pipeline.model_files import load_model, read_card, save_model
    >>> from happysad.pipeline.models import make_model
    >>> images, labels = make_demo_faces(12)
    >>> model = make_model("pixels-logreg", detector=False).fit(list(images), labels)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_model(model, f"{folder}/mine.joblib", {"model": "pixels-logreg"})
    ...     read_card(path)["model"], load_model(path).classes_.tolist()
    ('pixels-logreg', ['happy', 'sad'])
    """
    import joblib

    path = Path(path)
    check_model(model)
    entries: dict[str, Any] = {
        "steps": [
            {"name": name, "class": f"{type(step).__module__}.{type(step).__qualname__}"}
            for name, step in model.steps
        ],
        "versions": library_versions(optional_libraries(pickled_modules(model))),
    }
    further = plain(card)
    own = licences(model)
    entries["licences"] = list(dict.fromkeys([*own, *further.pop("licences", [])]))
    if taken := sorted({*WRITTEN, *entries, ENTRY} & further.keys()):
        raise UserError(f"save_model writes {', '.join(taken)} itself: leave it out of card")
    # Images last: they are long lines, and people read cards from the top.
    entries |= {**further, ENTRY: make_selfcheck(model, selfcheck_images)}
    return write_with_card(path, entries, lambda file: joblib.dump(model, file, compress=compress))


def load_model(path: str | Path) -> Pipeline:
    """Load a model that ``save_model`` wrote, if it is whole and answers as it did then.

    A joblib file can run code as it is loaded: load only your own, or those of authors you
    trust. The file's sha256 is compared with the card's before anything in it is run.

    Parameters
    ----------
    path : str or Path
        The model file; or as text the name of a model that comes with the package ("stack",
        "texture-svm"; see ``shipped.SHIPPED``). A file of that name is "./stack".

    Returns
    -------
    Pipeline
        ``predict`` takes a list of paths, uint8 arrays or PIL images and gives ``happy`` or
        ``sad``.

    Raises
    ------
    UserError
        Missing or damaged file or card, missing libraries, other answers to the self-check, or
        no model of that name.

    Warns
    -----
    UserWarning
        Saved with another scikit-learn; the self-check, if there is one, was passed.

    Examples
    --------
    >>> from happysad.pipeline.model_files import load_model
    >>> list(load_model("texture-svm").named_steps)
    ['faces', 'augment', 'features', 'classifier']
    """
    if not isinstance(path, str | Path):
        raise UserError(f"a model is named by its file or its name, not by {path!r:.60}")
    path = model_path(path)
    if path.suffix == ".onnx":
        raise UserError(
            f"{path} is in ONNX format, which load_onnx reads; training starts from the .joblib "
            "file of a CNN, or from pretrained"
        )
    if not path.is_file():
        raise UserError(f"there is no model file {path}: check the path, or train a model first")
    card = read_card(path)
    check_cnn_libraries(path, card)
    with as_user_error(path, card):
        with path.open("rb") as file:  # one handle: what was checked is what is loaded
            check_sha256(file, path, card, "train it anew")
            model = unpickle(file)
        check_model(model)
        mismatch = find_mismatch(model, card[ENTRY])
    if mismatch:
        raise UserError(
            f"{path} does not answer as it did when it was saved: {mismatch}; {advice(card)}"
        )
    import sklearn

    saved_with = card["versions"].get("scikit-learn")
    if saved_with not in (None, sklearn.__version__):
        warnings.warn(
            f"{path} was saved with scikit-learn {saved_with} and this is {sklearn.__version__}: "
            f"if its answers seem odd, run pip install scikit-learn=={saved_with} or train it anew",
            UserWarning,
            stacklevel=2,
        )
    return model
