"""One face followed through a video: where it is, how it looks, what was said of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from happysad.features.faces.detector import Box
from happysad.pipeline.tracking.association import overlap
from happysad.pipeline.tracking.observation import FrameObservation
from happysad.pipeline.tracking.smoothing import LogOddsSmoother

STEADY, PACE = 0.08, 0.15
"""Seconds over which a face's place and its pace are averaged: enough to still the box, and to
guess where a face that is hidden will come out."""

ALIKE = 0.7
"""Likeness of looks that only one and the same face has. Of built-in faces, a shifted box of the
same face gave 0.88 or more, other faces 0.8 at most and mostly below 0.5, no face below 0.45."""

TOUCHING = 0.2
"""Overlap from which a face may be the one that was expected, whatever it looks like."""


class FaceHistory:
    """A face and its way.

    Its middle moves at a pace that changes slowly: a g-h filter, whose gains follow from the time
    between frames (Brookner, Tracking and Kalman filtering made easy, 1998).

    Attributes
    ----------
    number : int
        0 until it is certain that there is a face.
    evidence : float
        That it is a face: the sum of the detector's scores.
    last : float
        Seconds at which it was seen last.
    p_raw : float
        What the model said of it in this frame, NaN where it was not asked.
    excused : float
        Seconds at which it was last seen, or known to be behind another face.
    """

    def __init__(self, sight: FrameObservation, seconds: float, smoothing_s: float) -> None:
        self.number = 0
        self.evidence = sight.detection.score
        self.last = self.excused = self._now = seconds
        self.p_raw = math.nan
        self.smoother = LogOddsSmoother(smoothing_s)
        self._middle, self._side = sight.middle, sight.side
        self._pace = np.zeros(2)
        self._remember(sight)

    @property
    def box(self) -> Box:
        """Where it is, or should be by now."""
        (x, y), half = self._middle.tolist(), self._side / 2
        return x - half, y - half, x + half, y + half

    def expect(self, seconds: float) -> None:
        """Move on to where it should be at a time."""
        self._middle = self._middle + self._pace * max(0.0, seconds - self._now)
        self._now = seconds
        self.p_raw = math.nan

    def see(self, sight: FrameObservation, seconds: float) -> None:
        """The detector found it, after ``expect``."""
        self._move(sight.middle, sight.side, seconds)
        self.evidence += sight.detection.score
        self._remember(sight)

    def carry(self, sight: FrameObservation, seconds: float) -> None:
        """The detector missed it, but there it is: its eyes say where."""
        unit = _between(sight.eyes)
        self._move(sight.eyes.mean(axis=0) + self._offset * unit, self._sides * unit, seconds)

    def ask(self, seconds: float, p_happy: float) -> None:
        """Take in what the model says of it."""
        self.p_raw = p_happy
        self.smoother.update(seconds, p_happy)

    def affinity(self, sight: FrameObservation) -> float:
        """How well a sight fits: overlap and likeness; -1 where it cannot be this face."""
        likeness = float(sight.look @ self.look)
        shared = overlap(self.box, sight.detection.box)
        near = math.dist(self._middle, sight.middle) < 1.5 * self._side
        if shared >= TOUCHING or (near and likeness >= ALIKE):
            return shared + max(0.0, likeness)
        return -1.0

    def _move(self, middle: NDArray[np.float64], side: float, seconds: float) -> None:
        passed = max(seconds - self.last, 1e-3)
        kept = math.exp(-passed / STEADY)
        off = middle - self._middle
        self._middle = self._middle + (1 - kept**2) * off
        self._pace = self._pace + math.expm1(-passed / PACE) ** 2 / passed * off
        self._side += (1 - kept) * (side - self._side)
        self.last = self.excused = seconds

    def _remember(self, sight: FrameObservation) -> None:
        """The look, and where the box is from the eyes, in distances between them."""
        self.look = sight.look
        unit = _between(sight.eyes)
        self._offset = (sight.middle - sight.eyes.mean(axis=0)) / unit
        self._sides = sight.side / unit


def matched(
    tracks: Sequence[FaceHistory], sights: Sequence[FrameObservation]
) -> list[tuple[FaceHistory, FrameObservation]]:
    """The pairs that fit best all together (Kuhn 1955); a track or sight may stay alone."""
    if not tracks or not sights:
        return []
    fits = np.array([[track.affinity(sight) for sight in sights] for track in tracks])
    if fits.size == 1:  # as in most frames, and SciPy's optimisers need not be imported
        return [(tracks[0], sights[0])] if fits[0, 0] >= 0 else []
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(np.where(fits < 0, -10.0, fits), maximize=True)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(tracks[i], sights[j]) for i, j in pairs if fits[i, j] >= 0]


def _between(eyes: NDArray[np.float64]) -> float:
    return max(float(np.hypot(*(eyes[1] - eyes[0]))), 1.0)
