"""Metrics, their confidence intervals and tests, calibration and abstention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.pipeline.evaluation.abstention import RejectBand, choose_reject_band
    from happysad.pipeline.evaluation.bootstrap import bootstrap_intervals
    from happysad.pipeline.evaluation.calibration import reliability
    from happysad.pipeline.evaluation.metrics import evaluate
    from happysad.pipeline.evaluation.significance import mcnemar

__all__ = [
    "RejectBand",
    "bootstrap_intervals",
    "choose_reject_band",
    "evaluate",
    "mcnemar",
    "reliability",
]

__getattr__ = lazy_names(
    __name__,
    {
        "RejectBand": "abstention",
        "bootstrap_intervals": "bootstrap",
        "choose_reject_band": "abstention",
        "evaluate": "metrics",
        "mcnemar": "significance",
        "reliability": "calibration",
    },
)
