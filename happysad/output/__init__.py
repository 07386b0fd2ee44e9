"""What commands print, write and draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.output.drawing import Mark, draw_marks

__all__ = ["Mark", "draw_marks"]

__getattr__ = lazy_names(__name__, {"Mark": "drawing", "draw_marks": "drawing"})
