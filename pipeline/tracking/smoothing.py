"""A probability smoothed in time, on the scale on which evidence adds up."""

from __future__ import annotations

import math

SURE = 0.001
"""No single frame counts as surer than this: one mistake must not outweigh a second of doubt."""


class LogOddsSmoother:
    """Mean of the log-odds of what was seen, the older the less it counts.

    An exponential window in seconds, not in frames, so that the rate of frames does not matter.
    Until the window has filled, all values count the same: the first is no surer than the next.

    Parameters
    ----------
    time_constant : float
        Seconds after which a value counts e times less. 0 smooths nothing.

    References
    ----------
    R. G. Brown: Statistical forecasting for inventory control. 1959 (exponential smoothing).
    """

    def __init__(self, time_constant: float = 0.4) -> None:
        self.time_constant = time_constant
        self._log_odds = 0.0
        self._count = 0
        self._seconds = 0.0

    def update(self, seconds: float, p: float) -> float:
        """Take in a probability and its time; give the smoothed one, ``p_``."""
        self._count += 1
        passed = max(0.0, seconds - self._seconds)
        self._seconds = seconds
        fresh = -math.expm1(-passed / self.time_constant) if self.time_constant > 0 else 1.0
        weight = max(fresh, 1 / self._count)
        clipped = min(max(p, SURE), 1 - SURE)
        self._log_odds += weight * (math.log(clipped / (1 - clipped)) - self._log_odds)
        return self.p_

    @property
    def p_(self) -> float:
        """The smoothed probability; 0.5 before the first value."""
        return 1 / (1 + math.exp(-self._log_odds))
