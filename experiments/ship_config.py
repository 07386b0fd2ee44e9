"""What the models that come along are made of: the settings of ``ship.py``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from happysad.experiments.config import RunConfig
from happysad.features.errors import UserError

PARTS = ("train", "val")


@dataclass(frozen=True)
class ShipConfig(RunConfig):
    """What ``ship`` is asked.

    Attributes
    ----------
    data, models : not used here
    recipes : table
        The name of each model and the recipe that it is made by.
    data_sets : list of str
        Two or more, each as ``load_data`` takes it.
    formats_apart : list of str
        Names of those that are cut by the format of their images.
    shares : table
        Of each data set's name, its share of the weight: see ``pipeline.format_weights``.
    most : float
        What one image may count beside an average one.
    parts : list of str
        Official parts that are fitted on, "train" or "train" and "val"; never the test part.
    folds : int
        Of the grouped cross-validation.
    limit : int
        So many images of each part of each piece, for a trial of the whole; 0 for all.
    terms : list of str
        The data's terms, a sentence each, for the models' cards.
    called : table
        What the card calls places, such as "fer2013 test" = "FER2013 PrivateTest".
    """

    data: str = ""
    recipes: dict[str, Any] = field(default_factory=dict)
    data_sets: list[str] = field(default_factory=list)
    formats_apart: list[str] = field(default_factory=list)
    shares: dict[str, Any] = field(default_factory=dict)
    most: float = 5.0
    parts: list[str] = field(default_factory=lambda: list(PARTS))
    folds: int = 5
    limit: int = 0
    terms: list[str] = field(default_factory=list)
    called: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.parts not in (list(PARTS[:1]), list(PARTS)):
            raise UserError(
                f'parts = {self.parts!r} is neither ["train"] nor ["train", "val"]: '
                "models are never fitted on a test part"
            )
        if self.folds < 2 or self.limit < 0 or self.most < 1:
            raise UserError("folds is 2 or more, limit 0 or more, most 1 or more")
        for name, recipe in self.recipes.items():
            if not isinstance(recipe, str):
                raise UserError(f"recipes: {name} = {recipe!r} is not the name of a recipe")
        for name, share in self.shares.items():
            if not isinstance(share, int | float) or isinstance(share, bool) or share <= 0:
                raise UserError(f"shares: {name} = {share!r} is not a number above 0")
