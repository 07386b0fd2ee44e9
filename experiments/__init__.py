"""Questions asked of the models: a comparison, and what makes them better or worse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.experiments.compare import Comparison

__all__ = ["Comparison"]

__getattr__ = lazy_names(__name__, {"Comparison": "compare"})
