"""The recipes: named models, from images to happy or sad."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.pipeline.models.recipe import Recipe
    from happysad.pipeline.models.registry import RECIPES, find_recipe, make_model

__all__ = ["RECIPES", "Recipe", "find_recipe", "make_model"]

__getattr__ = lazy_names(
    __name__,
    {
        "RECIPES": "registry",
        "Recipe": "recipe",
        "find_recipe": "registry",
        "make_model": "registry",
    },
)
