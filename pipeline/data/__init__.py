"""Data sets: reading, splitting, folds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.pipeline.data.dataset import DataSet, load_data, part
    from happysad.pipeline.data.folds import grouped_folds
    from happysad.pipeline.data.splits import assign_parts

__all__ = ["DataSet", "assign_parts", "grouped_folds", "load_data", "part"]

__getattr__ = lazy_names(
    __name__,
    {
        "DataSet": "dataset",
        "assign_parts": "splits",
        "grouped_folds": "folds",
        "load_data": "dataset",
        "part": "dataset",
    },
)
