"""One face followed through a video: where it is, what it looks like, what was predicted for it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from happysad.features.faces.detector import Box
from happysad.pipeline.tracking.observation import FaceObservation, overlap

POSITION_S, VELOCITY_S = 0.08, 0.15
"""Seconds over which position and velocity are averaged: enough to still the box, and to guess
where a face that is hidden will come out."""

SAME_APPEARANCE = 0.7
"""Correlation of appearances that only the same face has. Of built-in faces, a shifted box of the
same face gave 0.88 or more, other faces 0.8 at most and mostly below 0.5, no face below 0.45."""

MIN_OVERLAP = 0.2
"""Overlap from which a face may be the expected one, whatever it looks like."""

MIN_P = 0.001
"""No single frame counts as more certain: one error must not outweigh a second of doubt."""


class LogOddsSmoother:
    """Exponential moving average of log-odds (Brown 1959), the scale on which evidence adds up.

    Over seconds, not frames, so that the frame rate does not matter. Until the window has filled,
    all values count the same: the first is no more certain than the next.
    """

    def __init__(self, smoothing_s: float = 0.4) -> None:
        self._smoothing_s = smoothing_s  # after which a frame's probability counts e times less
        self._log_odds = 0.0
        self._count = 0
        self._seconds = 0.0

    def update(self, seconds: float, p: float) -> float:
        """Take in a probability and its time; give the smoothed one, ``p_``."""
        self._count += 1
        passed = max(0.0, seconds - self._seconds)
        self._seconds = seconds
        weight = max(-math.expm1(-passed / self._smoothing_s), 1 / self._count)
        clipped = min(max(p, MIN_P), 1 - MIN_P)
        self._log_odds += weight * (math.log(clipped / (1 - clipped)) - self._log_odds)
        return self.p_

    @property
    def p_(self) -> float:
        """The smoothed probability; 0.5 before the first value."""
        return 1 / (1 + math.exp(-self._log_odds))


class FaceHistory:
    """A face and its motion.

    Its centre moves at a velocity that changes slowly: a g-h filter, whose gains follow from the
    time between frames (Brookner, Tracking and Kalman filtering made easy, 1998).
    """

    def __init__(self, seen: FaceObservation, seconds: float, smoothing_s: float = 0.4) -> None:
        self.number = 0  # until it is certain that there is a face
        self.evidence = seen.detection.score  # that it is a face: the sum of the scores
        self.last_seen = self._now = seconds
        self.last_explained = seconds  # seen, or known to be behind another face
        self.p_raw = math.nan  # p(happy) of this frame
        self.smoother = LogOddsSmoother(smoothing_s)
        self._center, self._side = seen.center, seen.side
        self._velocity = np.zeros(2)
        self._keep_appearance(seen)

    @property
    def box(self) -> Box:
        """Where it is, or should be by now."""
        (x, y), half = self._center.tolist(), self._side / 2
        return x - half, y - half, x + half, y + half

    def predict(self, seconds: float) -> None:
        """Move on to where it should be at a time."""
        self._center = self._center + self._velocity * max(0.0, seconds - self._now)
        self._now = seconds
        self.p_raw = math.nan

    def update(self, seen: FaceObservation, seconds: float) -> None:
        """The detector found it, after ``predict``."""
        self._move(seen.center, seen.side, seconds)
        self.evidence += seen.detection.score
        self._keep_appearance(seen)

    def follow_eyes(self, seen: FaceObservation, seconds: float) -> None:
        """The detector missed it, but it is there: its eyes say where."""
        unit = _eye_distance(seen.eyes)
        center = seen.eyes.mean(axis=0) + self._offset * unit
        self._move(center, self._sides * unit, seconds)

    def add_p_happy(self, seconds: float, p_happy: float) -> None:
        """Take in what the model predicts for this frame."""
        self.p_raw = p_happy
        self.smoother.update(seconds, p_happy)

    def affinity(self, seen: FaceObservation) -> float:
        """Overlap plus correlation of appearance; -1 where it cannot be this face."""
        likeness = float(seen.appearance @ self.appearance)
        shared = overlap(self.box, seen.detection.box)
        near = math.dist(self._center, seen.center) < 1.5 * self._side
        if shared >= MIN_OVERLAP or (near and likeness >= SAME_APPEARANCE):
            return shared + max(0.0, likeness)
        return -1.0

    def _move(self, center: NDArray[np.float64], side: float, seconds: float) -> None:
        passed = max(seconds - self.last_seen, 1e-3)
        kept = math.exp(-passed / POSITION_S)
        off = center - self._center
        self._center = self._center + (1 - kept**2) * off
        self._velocity = self._velocity + math.expm1(-passed / VELOCITY_S) ** 2 / passed * off
        self._side += (1 - kept) * (side - self._side)
        self.last_seen = self.last_explained = seconds

    def _keep_appearance(self, seen: FaceObservation) -> None:
        """And where the box is from the eyes, in distances between them."""
        self.appearance = seen.appearance
        unit = _eye_distance(seen.eyes)
        self._offset = (seen.center - seen.eyes.mean(axis=0)) / unit
        self._sides = seen.side / unit


def match(
    tracks: Sequence[FaceHistory], observations: Sequence[FaceObservation]
) -> list[tuple[FaceHistory, FaceObservation]]:
    """The pairs of the highest affinity all together (Kuhn 1955); some may stay alone."""
    if not tracks or not observations:
        return []
    fits = np.array([[track.affinity(seen) for seen in observations] for track in tracks])
    if fits.size == 1:  # as in most frames, and SciPy's optimisers need not be imported
        return [(tracks[0], observations[0])] if fits[0, 0] >= 0 else []
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(np.where(fits < 0, -10.0, fits), maximize=True)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(tracks[i], observations[j]) for i, j in pairs if fits[i, j] >= 0]


def _eye_distance(eyes: NDArray[np.float64]) -> float:
    return max(float(np.hypot(*(eyes[1] - eyes[0]))), 1.0)
