"""The task of every experiment: one fit with its named axes, and what it is evaluated on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

    from happysad.pipeline.data.dataset import DataSet

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class EvaluationSet:
    """What a fitted model is evaluated on: a part of a data set, maybe changed in some way.

    Attributes
    ----------
    dataset : str
    split : str
        "train", "val", "test", or another word for images without a happy or sad label, whose
        predictions are kept and not scored.
    condition : str
        What was done to the images; "" for that of the task.

    Examples
    --------
    >>> EvaluationSet("photos", "test")
    EvaluationSet(dataset='photos', split='test', condition='')
    """

    dataset: str
    split: str
    condition: str = ""


@dataclass(frozen=True)
class FitTask:
    """One fit: all that results.csv names it by, the rows it is fitted and evaluated on.

    Attributes
    ----------
    model : str
        Its name in the tables.
    build : callable
        From a random state to an unfitted Pipeline; it goes to other processes, so it can be
        pickled.
    train : (n,) int
        Rows of the experiment's frame.
    evaluation_sets : mapping of EvaluationSet to (n,) int
        Rows that the model is evaluated on.
    condition : str
        What was done to the model or its training part; "" for nothing.
    fold, seed : int
    summary : str
        What the model is, in a line, for its card.

    Examples
    --------
    >>> from functools import partial
    >>> from happysad.pipeline.models.registry import make_model
    >>> test = {EvaluationSet("photos", "test"): np.arange(4, 6)}
    >>> task = FitTask("hog-svm", partial(make_model, "hog-svm"), np.arange(4), test, fold=1)
    >>> task.axes
    {'condition': '', 'model': 'hog-svm', 'fold': 1, 'seed': 0}
    >>> len(task.settings())
    12
    """

    model: str
    build: Callable[[int], Pipeline]
    train: Rows
    evaluation_sets: Mapping[EvaluationSet, Rows] = field(default_factory=dict)
    condition: str = ""
    fold: int = 0
    seed: int = 0
    summary: str = ""

    @property
    def axes(self) -> dict[str, Any]:
        """The columns of results.csv that name the fit."""
        return {name: getattr(self, name) for name in ("condition", "model", "fold", "seed")}

    @property
    def random_state(self) -> int:
        """Of everything drawn in the fit."""
        return task_seed(self.seed, self.model, self.fold, self.condition)

    def settings(self) -> str:
        """A digest of the model's parameters, the weights it starts from, and the libraries."""
        from happysad.pipeline.model_files.model_card import library_versions

        parameters = self.build(self.random_state).get_params().items()
        text = repr(sorted((key, repr(value)) for key, value in parameters))
        text = re.sub(r" at 0x[0-9a-f]+", "", text)  # where a function lies in memory
        versions = repr(sorted(library_versions(("torch", "skorch")).items()))
        starts = [value for key, value in parameters if key.endswith("start_from")]
        weights = "".join(sorted(map(_digest_of_weights, starts)))
        return hashlib.sha256((text + versions + weights).encode()).hexdigest()[:12]

    def condition_of(self, evaluation_set: EvaluationSet) -> str:
        """What results.csv has as the condition of an evaluation set."""
        return evaluation_set.condition or self.condition


def _digest_of_weights(start_from: Any) -> str:
    """Of the file that a CNN starts from: another one under the same name is another model."""
    from happysad.pipeline.cnn.weights_file import PRETRAINED

    if not isinstance(start_from, str | Path):
        return ""
    file = PRETRAINED if start_from == "pretrained" else Path(start_from)
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def task_seed(seed: int, model: str, fold: int = 0, condition: str = "") -> int:
    """The random state of one fit: a hash of its named axes, below 2^31."""
    text = f"seed={seed} model={model} fold={fold} condition={condition}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1


def split_rows(data: DataSet) -> tuple[Rows, dict[EvaluationSet, Rows]]:
    """Rows of the train part, and of the parts that models are evaluated on: val and test."""
    split = data.frame["split"]
    evaluated = {
        EvaluationSet(data.name, part): np.flatnonzero(split == part) for part in ("val", "test")
    }
    return np.flatnonzero(split == "train"), evaluated


def cross_validation(
    frame: pd.DataFrame, rows: Rows, folds: int, seed: int
) -> dict[int, tuple[Rows, Rows]]:
    """Each fold, from 1 on, to rows to fit on and rows held out: see ``grouped_folds``."""
    from happysad.pipeline.data.folds import grouped_folds

    labels, groups = (frame[name].iloc[rows].tolist() for name in ("label", "group"))
    made = grouped_folds(labels, groups, folds, seed)
    return {fold: (rows[train], rows[held_out]) for fold, (train, held_out) in enumerate(made, 1)}
