"""Changes that photographs suffer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.experiments.perturbations.registry import changed_image, locate_face

__all__ = ["changed_image", "locate_face"]

__getattr__ = lazy_names(
    __name__,
    {
        "changed_image": "registry",
        "locate_face": "registry",
    },
)
