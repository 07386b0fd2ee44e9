"""Which features carry a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.experiments.attribution.feature_subsets import make_with_blocks
    from happysad.experiments.attribution.importance import permutation_importance

__all__ = ["make_with_blocks", "permutation_importance"]

__getattr__ = lazy_names(
    __name__,
    {
        "make_with_blocks": "feature_subsets",
        "permutation_importance": "importance",
    },
)
