"""Unpickling a model: the modules and libraries it needs, and errors that say what to do."""

from __future__ import annotations

import importlib.util
import io
import pickle
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from io import BufferedReader
from pathlib import Path
from typing import Any

from happysad.pipeline.model_files.model_card import advice
from happysad.utils.errors import UserError

CNN_LIBRARIES = ("torch", "skorch")

_around: ContextVar[Callable[[], AbstractContextManager[None]]] = ContextVar(
    "happysad_unpickling", default=nullcontext
)


class _ModuleCollector(pickle.Pickler):
    """Writes nothing and notes in which modules the pickled classes and functions are defined."""

    def __init__(self) -> None:
        # Out-of-band buffers (protocol 5), dropped: the arrays are not copied.
        super().__init__(io.BytesIO(), protocol=5, buffer_callback=lambda _: None)
        self.names: dict[str, str] = {}

    def reducer_override(self, value: Any) -> Any:
        module = getattr(value, "__module__", None)
        if isinstance(module, str):
            self.names[module] = getattr(value, "__qualname__", type(value).__qualname__)
        return NotImplemented


def pickled_modules(model: Any) -> set[str]:
    """Modules that must be there to load the model; UserError where it could not be loaded."""
    collector = _ModuleCollector()
    try:
        collector.dump(model)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        if "__main__" not in collector.names:
            raise UserError(f"the model cannot be saved: {error}") from error
    if "__main__" in collector.names:
        raise UserError(
            f"the model cannot be saved: {collector.names['__main__']} is defined in the script "
            "that runs, so no other program could load it; move it to a module and import it"
        )
    return set(collector.names)


def optional_libraries(modules: set[str]) -> set[str]:
    """Those of ``model_card.OPTIONAL`` that the model needs."""
    packages = {module.partition(".")[0] for module in modules}
    found = {name for name in CNN_LIBRARIES if name in packages}
    if "happysad.pipeline.cnn.classifier" in modules:  # its weights are NumPy arrays in the file
        found |= set(CNN_LIBRARIES)
    return found | ({"imbalanced-learn"} if "imblearn" in packages else set())


def check_cnn_libraries(path: Path, card: Mapping[str, Any]) -> None:
    """UserError where the model is a CNN and what it needs is not installed."""
    for name in CNN_LIBRARIES:
        if name in card["versions"] and importlib.util.find_spec(name) is None:
            raise UserError(f'{path} is a CNN, which needs {name}: run pip install "happysad[cnn]"')


@contextmanager
def unpickled_in(around: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """Within the block, models are unpickled inside the context manager ``around()``."""
    token = _around.set(around)
    try:
        yield
    finally:
        _around.reset(token)


def unpickle(file: BufferedReader) -> Any:
    """The model in an open joblib file, without scikit-learn's warning for each estimator."""
    import joblib
    from sklearn.exceptions import InconsistentVersionWarning

    around = _around.get()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InconsistentVersionWarning)
        try:
            with around():
                return joblib.load(file)
        except Exception:
            if around is nullcontext:
                raise
        file.seek(0)  # perhaps it was not the file's fault
        return joblib.load(file)


@contextmanager
def as_user_error(path: Path, card: Mapping[str, Any]) -> Iterator[None]:
    """Raise whatever goes wrong in loading a model as a UserError that says what to do."""
    try:
        yield
    except UserError:
        raise
    except ModuleNotFoundError as error:
        raise UserError(
            f"{path} needs the Python module {error.name}, which is not here; {advice(card)}"
        ) from error
    except Exception as error:  # a pickle of other versions may fail in any way
        reason = f"{type(error).__name__}: {error}"
        raise UserError(f"{path} cannot be loaded here ({reason}); {advice(card)}") from error
