"""What the shipped models are fitted and tested on: the settings of ``ship.py``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from happysad.experiments.runner.config import RunConfig
from happysad.utils.errors import UserError


@dataclass(frozen=True)
class ShipConfig(RunConfig):
    """What ``ship`` is asked.

    Attributes
    ----------
    data : str
        The data set whose train and val parts are fitted on, and whose test part is for reporting.
    models : list of str
        Names of recipes; none means those of the models that the package names.
    others : list of str
        Data sets that are tested on whole and never fitted on, each as ``load_data`` takes it.
    formats_apart : list of str
        Names of those that are cut by the format of their images.
    folds : int
        Of the grouped cross-validation, which the thresholds for "unsure" come from.
    limit : int
        So many images of each part, for a trial of the whole; 0 for all.
    terms : list of str
        The data's terms, a sentence each, for the models' cards.
    called : table
        What the card calls places, such as "fer2013 test" = "FER2013 PrivateTest".
    """

    others: list[str] = field(default_factory=list)
    formats_apart: list[str] = field(default_factory=list)
    folds: int = 5
    limit: int = 0
    terms: list[str] = field(default_factory=list)
    called: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.folds < 2 or self.limit < 0:
            raise UserError("folds is 2 or more, limit 0 or more")
