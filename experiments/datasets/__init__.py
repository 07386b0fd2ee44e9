"""Data sets cut or joined for an experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.experiments.datasets.image_formats import format_names, image_form

__all__ = ["format_names", "image_form"]

__getattr__ = lazy_names(
    __name__,
    {
        "format_names": "image_formats",
        "image_form": "image_formats",
    },
)
