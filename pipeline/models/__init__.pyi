from .recipe import Recipe
from .registry import RECIPES, find_recipe, make_model

__all__ = ["RECIPES", "Recipe", "find_recipe", "make_model"]
