"""Why a model calls a face happy or sad."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.pipeline.explain.explanation import explain

__all__ = ["explain"]

__getattr__ = lazy_names(__name__, {"explain": "explanation"})
