from .abstention import RejectBand, choose_reject_band
from .bootstrap import bootstrap_intervals
from .metrics import evaluate, reliability
from .neutral_band import choose_neutral_band
from .significance import mcnemar

__all__ = [
    "RejectBand",
    "bootstrap_intervals",
    "choose_neutral_band",
    "choose_reject_band",
    "evaluate",
    "mcnemar",
    "reliability",
]
