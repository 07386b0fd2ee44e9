"""``Remembered``: a description of faces that is fitted once for all who ask for the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin, clone

from happysad.features.batch import Faces
from happysad.pipeline.kernel_svm import KernelSvm, odd_columns


class Remembered(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """What a ``KernelSvm`` describes faces with, looked up in a folder where it was fitted before.

    Parameters
    ----------
    describe : transformer of Faces
        As ``KernelSvm`` takes it.
    folder : str
        Where the fitted ones lie, by their settings and faces, for all processes.
    """

    def __init__(self, describe: Any, folder: str) -> None:
        self.describe = describe
        self.folder = folder

    def fit(self, X: Faces, y: Any = None) -> Remembered:
        """Fit on ``n`` faces, or look up."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: Faces, y: Any = None) -> NDArray[np.float32]:
        """Fit on ``n`` faces, or look up, and describe them: (n, p) float32."""
        from joblib import Memory

        self.describe_, rows = Memory(self.folder, verbose=0).cache(_fitted)(self.describe, X)
        self.odd_ = odd_columns(self.describe_)
        return np.asarray(rows)

    def transform(self, X: Faces) -> NDArray[np.float32]:
        """Describe ``n`` faces: (n, p) float32."""
        return np.asarray(self.describe_.transform(X))


def _fitted(describe: Any, faces: Faces) -> tuple[Any, NDArray[np.float32]]:
    fitted = clone(describe)
    return fitted, fitted.fit_transform(faces)


def remember(model: Any, folder: str) -> dict[str, str]:
    """Have every ``KernelSvm`` among a model's parameters look its description up in a folder.

    Returns
    -------
    dict of str to str
        The names of the model's parameters before, and what they are called now.
    """
    before = model.get_params(deep=True)
    inner = [f"{name}__describe" for name, part in before.items() if isinstance(part, KernelSvm)]
    for part in before.values():
        if isinstance(part, KernelSvm):
            part.set_params(describe=Remembered(part.describe, folder))
    return {name: _moved(name, inner) for name in before}


def _moved(name: str, inner: list[str]) -> str:
    for begin in inner:
        if name == begin or name.startswith(f"{begin}__"):
            return f"{begin}__describe{name.removeprefix(begin)}"
    return name
