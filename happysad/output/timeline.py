"""Who was seen when in a video, and what was said of them: rows of a file, and lines to draw."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from happysad.pipeline.tracking.tracker import TrackedFace

COLUMNS = ("time", "frame", "track", "p_happy", "label", "left", "top", "right", "bottom")

NO_FACE = "no_face"


@dataclass
class Line:
    """One track: frame numbers, seconds and smoothed p(happy), and how often it was called what."""

    frames: array[int] = field(default_factory=lambda: array("q"))
    seconds: array[float] = field(default_factory=lambda: array("d"))
    p_happy: array[float] = field(default_factory=lambda: array("d"))
    labels: dict[str, int] = field(default_factory=dict)


class Timeline:
    """Writes a row per face and frame, and keeps of it what a picture and a summary need.

    Parameters
    ----------
    file : text file
        Open for writing; gets ``COLUMNS`` and the rows.
    """

    def __init__(self, file: TextIO) -> None:
        self._rows = csv.writer(file, lineterminator="\n")
        self._rows.writerow(COLUMNS)
        self.lines: dict[int, Line] = {}
        self.times = array("d")
        self.empty = array("q")

    @property
    def n_frames(self) -> int:
        """Frames so far."""
        return len(self.times)

    @property
    def seconds(self) -> float:
        """How long they are seen: the last as long as the one before it."""
        if self.n_frames < 2:
            return 0.0
        return 2 * self.times[-1] - self.times[-2]

    def add(self, seconds: float, faces: Sequence[TrackedFace]) -> None:
        """The next frame."""
        frame = self.n_frames
        self.times.append(seconds)
        if not faces:
            self.empty.append(frame)
            self._rows.writerow([f"{seconds:.3f}", frame, "", "", NO_FACE, "", "", "", ""])
        for face in faces:
            p = f"{face.p_happy:.4f}"
            self._rows.writerow([f"{seconds:.3f}", frame, face.track, p, face.label, *face.box])
            line = self.lines.setdefault(face.track, Line())
            line.frames.append(frame)
            line.seconds.append(seconds)
            line.p_happy.append(face.p_happy)
            line.labels[face.label] = line.labels.get(face.label, 0) + 1

    def gaps(self) -> Iterator[tuple[float, float]]:
        """Begin and end, in seconds, of each time without a face."""
        ends = self.times[1:] + array("d", [self.seconds])
        begin = last = -2
        for frame in self.empty:
            if frame != last + 1:
                if last >= 0:
                    yield self.times[begin], ends[last]
                begin = frame
            last = frame
        if last >= 0:
            yield self.times[begin], ends[last]

    def summary(self, most: int = 10) -> list[str]:
        """What happened, in lines for the reader; of many tracks only the longest."""
        counted = len(self.lines)
        told = [
            f"{self.n_frames} frame{_s(self.n_frames)}, {self.seconds:.1f} s: {counted} "
            f"face{_s(counted)} followed, {len(self.empty)} frame{_s(len(self.empty))} without any"
        ]
        longest = sorted(self.lines, key=lambda track: -len(self.lines[track].frames))[:most]
        told += [f"  face {track}: {_told(self.lines[track])}" for track in sorted(longest)]
        if counted > most:
            told.append(f"  and {counted - most} shorter ones")
        return told


def _told(line: Line) -> str:
    shares = [
        f"{label} {line.labels[label] / len(line.frames):.0%}"
        for label in ("happy", "sad", "unsure")
        if label in line.labels
    ]
    return (
        f"{', '.join(shares)} of {len(line.frames)} frame{_s(len(line.frames))}, "
        f"from {line.seconds[0]:.1f} to {line.seconds[-1]:.1f} s"
    )


def _s(count: int) -> str:
    return "" if count == 1 else "s"
