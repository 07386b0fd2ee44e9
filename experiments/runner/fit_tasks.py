"""The unit of every experiment: one fit with its named axes, and what it is measured on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class EvaluationSet:
    """Where a fitted model is measured: a part of a data set, maybe changed in some way.

    Attributes
    ----------
    dataset : str
    split : str
        "train", "val", "test", or another word for images without a happy or sad label, whose
        answers are kept and not scored.
    condition : str
        What was done to the images; "" for that of the unit.
    """

    dataset: str
    split: str
    condition: str = ""


@dataclass(frozen=True)
class FitTask:
    """One fit: all that results.csv names it by, the rows it learns from and is measured on.

    Attributes
    ----------
    model : str
        Its name in the tables.
    build : callable
        From a random state to an unfitted Pipeline; it goes to other processes, so it can be
        pickled.
    train : (n,) int
        Rows of the experiment's frame.
    places : mapping of EvaluationSet to (n,) int
        Rows that the model is measured on.
    condition : str
        What was done to the model or its training part; "" for nothing.
    fold, seed : int
    summary : str
        What the model is, in a line, for its card.
    """

    model: str
    build: Callable[[int], Pipeline]
    train: Rows
    places: Mapping[EvaluationSet, Rows] = field(default_factory=dict)
    condition: str = ""
    fold: int = 0
    seed: int = 0
    summary: str = ""

    @property
    def axes(self) -> dict[str, Any]:
        """The columns of results.csv that name the fit."""
        return {
            "condition": self.condition,
            "model": self.model,
            "fold": self.fold,
            "seed": self.seed,
        }

    @property
    def random_state(self) -> int:
        """Of everything drawn in the fit."""
        return task_seed(self.seed, self.model, self.fold, self.condition)

    def settings(self) -> str:
        """A digest of all parameters of the model and the libraries that fit it."""
        from happysad.pipeline.model_files.model_card import library_versions

        parameters = self.build(self.random_state).get_params().items()
        text = repr(sorted((key, repr(value)) for key, value in parameters))
        versions = repr(sorted(library_versions(("torch", "skorch")).items()))
        return hashlib.sha256((text + versions).encode()).hexdigest()[:12]

    def condition_of(self, place: EvaluationSet) -> str:
        """What results.csv says of a place."""
        return place.condition or self.condition


def task_seed(seed: int, model: str, fold: int = 0, condition: str = "") -> int:
    """The random state of one fit: a hash of its named axes, below 2^31."""
    text = f"seed={seed} model={model} fold={fold} condition={condition}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1


def reason(error: Exception) -> str:
    """What went wrong, in one line."""
    text = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())
