"""Model files: saving, loading and checking them, their cards, and the shipped models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.pipeline.model_files.card_thresholds import card_reject_band
    from happysad.pipeline.model_files.model_card import read_card
    from happysad.pipeline.model_files.model_file import load_model, save_model

__all__ = ["card_reject_band", "load_model", "read_card", "save_model"]

__getattr__ = lazy_names(
    __name__,
    {
        "card_reject_band": "card_thresholds",
        "load_model": "model_file",
        "read_card": "model_card",
        "save_model": "model_file",
    },
)
