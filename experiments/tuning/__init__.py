"""Searching the settings of a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.experiments.tuning.search_space import default_space, make_tuned

__all__ = ["default_space", "make_tuned"]

__getattr__ = lazy_names(
    __name__,
    {
        "default_space": "search_space",
        "make_tuned": "search_space",
    },
)
