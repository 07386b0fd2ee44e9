from .card_thresholds import card_reject_band
from .model_card import read_card
from .model_file import load_model, save_model

__all__ = ["card_reject_band", "load_model", "read_card", "save_model"]
