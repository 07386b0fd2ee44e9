"""The predictions for a video: rows of a CSV file, and a line of p(happy) for each track."""

from __future__ import annotations

import csv
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, TextIO

from happysad.output.prediction_table import count
from happysad.pipeline.evaluation.abstention import confidence

if TYPE_CHECKING:
    from happysad.pipeline.tracking.tracker import TrackedFace

COLUMNS = (
    "time", "frame", "track", "label", "confidence", "p_happy", "left", "top", "right", "bottom",
)  # fmt: skip


@dataclass
class Line:
    """One track: frame numbers, seconds and smoothed p(happy), and counts of its labels."""

    frames: array[int] = field(default_factory=lambda: array("q"))
    seconds: array[float] = field(default_factory=lambda: array("d"))
    p_happy: array[float] = field(default_factory=lambda: array("d"))
    labels: Counter[str] = field(default_factory=Counter)


class Timeline:
    """Writes a row per face and frame to a text file, and keeps what figure and summary need."""

    def __init__(self, file: TextIO) -> None:
        self._rows = csv.writer(file, lineterminator="\n")
        self._rows.writerow(COLUMNS)
        self.lines: dict[int, Line] = {}
        self.times = array("d")
        self.empty = array("q")

    @property
    def n_frames(self) -> int:
        return len(self.times)

    @property
    def seconds(self) -> float:
        """How long they are seen: the last as long as the one before it."""
        if self.n_frames < 2:
            return 0.0
        return 2 * self.times[-1] - self.times[-2]

    def add(self, seconds: float, faces: Sequence[TrackedFace]) -> None:
        frame = self.n_frames
        self.times.append(seconds)
        if not faces:
            self.empty.append(frame)
            self._rows.writerow([f"{seconds:.3f}", frame, "", "no_face", *[""] * 6])
        for face in faces:
            sure = confidence(face.label, face.p_happy)
            numbers = ["" if p is None else f"{p:.4f}" for p in (sure, face.p_happy)]
            answer = (face.track, face.label, *numbers, *face.box)
            self._rows.writerow([f"{seconds:.3f}", frame, *answer])
            line = self.lines.setdefault(face.track, Line())
            line.frames.append(frame)
            line.seconds.append(seconds)
            line.p_happy.append(face.p_happy)
            line.labels[face.label] += 1

    def gaps(self) -> Iterator[tuple[float, float]]:
        """Begin and end, in seconds, of each time without a face."""
        ends = [*self.times[1:], self.seconds]
        for _, run in groupby(enumerate(self.empty), lambda pair: pair[1] - pair[0]):
            frames = [frame for _, frame in run]
            yield self.times[frames[0]], ends[frames[-1]]

    def longest(self, number: int) -> list[int]:
        """The tracks of most frames, in the order of their numbers."""
        by_length = sorted(self.lines, key=lambda track: -len(self.lines[track].frames))
        return sorted(by_length[:number])

    def summary(self, most: int = 10) -> list[str]:
        """Lines for the reader: the video, and a line for each of the longest tracks."""
        n_faces = len(self.lines)
        lines = [
            f"{count(self.n_frames, 'frame')}, {self.seconds:.1f} s: {count(n_faces, 'face')} "
            f"followed, {count(len(self.empty), 'frame')} without any"
        ]
        lines += [f"  face {track}: {_shares(self.lines[track])}" for track in self.longest(most)]
        if n_faces > most:
            lines.append(f"  and {n_faces - most} shorter ones")
        return lines


_IN_WORDS = {"happy": "looks happy", "sad": "looks sad", "unsure": "unsure"}


def _shares(line: Line) -> str:
    n_frames = len(line.frames)
    shares = [
        f"{words} in {line.labels[label] / n_frames:.0%}"
        for label, words in _IN_WORDS.items()
        if line.labels[label]
    ]
    return (
        f"{', '.join(shares)} of {count(n_frames, 'frame')}, "
        f"from {line.seconds[0]:.1f} to {line.seconds[-1]:.1f} s"
    )
