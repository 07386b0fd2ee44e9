"""timeline.png: p(happy) of each face over the time of a video."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from happysad.experiments.reporting.figures.style import COLORS, GREY, HAPPY, SAD, WIDTH, drawing
from happysad.output.timeline import Line, Timeline
from happysad.pipeline.evaluation.abstention import RejectBand

UNSURE = GREY

# Of the tracks: colours that mean neither happy nor sad.
LINES = [COLORS[6], COLORS[2], COLORS[3], COLORS[5], COLORS[4]]
DASHES: list[Any] = ["-", (0, (5, 1.5)), (0, (1, 1)), "-."]

NAMED = 8  # tracks in the legend, the longest; the others are thin and grey
POINTS = 2000  # of a line: more than the picture has columns


def save_timeline(
    timeline: Timeline, path: Path, title: str, band: RejectBand | None = None
) -> None:
    """Draw the tracks of a video into a PNG file; within ``band`` the label is "unsure"."""
    with drawing(path, WIDTH, 3.4) as figure:
        ax = figure.subplots()
        _zones(ax, band.low if band else 0.5, band.high if band else 0.5)
        for k, (begin, end) in enumerate(timeline.gaps()):
            name = "no face" if k == 0 else None
            ax.axvspan(
                begin, end, facecolor="white", edgecolor="#999999", hatch="///", lw=0, label=name
            )
        _tracks(ax, timeline)
        end = timeline.seconds or 1.0
        ax.set(xlim=(0, end), ylim=(-0.02, 1.02), ylabel="p(happy)")
        ax.set_title(title, loc="left")
        _time_axis(ax, end)
        handles, names = ax.get_legend_handles_labels()
        if names:
            figure.legend(handles, names, loc="outside lower center", ncols=5, handlelength=2.6)


def _zones(ax: Any, low: float, high: float) -> None:
    """Shades and words for what is said at which height."""
    low, high = min(max(low, 0.0), 1.0), min(max(high, 0.0), 1.0)
    zones = ((high, 1.02, HAPPY, "happy"), (-0.02, low, SAD, "sad"), (low, high, UNSURE, "unsure"))
    for bottom, top, color, word in zones:
        if top <= bottom:
            continue
        ax.axhspan(bottom, top, facecolor=color, alpha=0.16, lw=0)
        if top - bottom > 0.05:
            place = 1.008, (bottom + top) / 2
            ax.text(*place, word, transform=ax.get_yaxis_transform(), va="center", fontsize=9)
    for edge in {low, high}:
        ax.axhline(edge, color="#555555", lw=0.7)


def _tracks(ax: Any, timeline: Timeline) -> None:
    longest = timeline.longest(NAMED)
    other: str | None = "other faces"
    for track in sorted(timeline.lines):
        seconds, p_happy = _broken(timeline.lines[track])
        if track not in longest:
            ax.plot(seconds, p_happy, color="#777777", lw=0.8, label=other)
            other = None
            continue
        k = longest.index(track)
        color = LINES[k % len(LINES)]
        style = DASHES[k // 2 % len(DASHES)]
        ax.plot(
            seconds, p_happy, color=color, linestyle=style, label=f"face {track}",
            marker="o", markersize=4, markevery=[0],
        )  # fmt: skip
        ax.annotate(
            str(track), (seconds[0], p_happy[0]), (4, -9 if p_happy[0] > 0.5 else 4),
            textcoords="offset points", fontsize=8, color=color, weight="bold",
        )  # fmt: skip


def _broken(line: Line) -> tuple[Any, Any]:
    """Seconds and p(happy), thinned out, and interrupted by NaN where the face was not seen."""
    step = -(-len(line.frames) // POINTS)
    frames, seconds, p_happy = (
        np.asarray(values)[::step] for values in (line.frames, line.seconds, line.p_happy)
    )
    missing = np.flatnonzero(np.diff(frames) > step) + 1
    return np.insert(seconds, missing, np.nan), np.insert(p_happy, missing, np.nan)


def _time_axis(ax: Any, end: float) -> None:
    """Seconds; minutes and seconds where there are many."""
    if end < 120:
        ax.set_xlabel("time in seconds")
        return
    ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 1.5, 3, 6, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda s, _: f"{int(s) // 60}:{int(s) % 60:02}"))
    ax.set_xlabel("time in minutes")
