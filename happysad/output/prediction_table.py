"""What ``happysad predict`` prints and writes of its answers."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any
from unicodedata import east_asian_width

from happysad.pipeline.prediction.prediction import (
    COLUMNS,
    FacePrediction,
    ImagePrediction,
    image_json,
    rows,
)
from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError

Line = tuple[str, str, str, str, str]


def print_table(answers: Sequence[ImagePrediction]) -> None:
    """A line per face, or why there is none.

    Written out by hand: rich takes longer to import than the answer, and would cut long paths.
    """
    lines = [("image", "face", "answer", "p(happy)", "box")]
    for answer in answers:
        lines += [_face_line(answer, number, face) for number, face in enumerate(answer.faces)]
        if not answer.faces:
            why = f"{answer.status}: {answer.reason}" if answer.reason else answer.status
            lines.append((shown(answer.image), "", why.replace("_", " "), "", ""))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    widths[0] = max(_columns(line[0]) for line in lines)
    widths[2] = max(len(line[2]) for line in lines if line[4])  # a reason is the end of its line
    for image, number, said, p_happy, box in lines:
        padding = " " * (widths[0] - _columns(image))
        cells = (
            image + padding, number.rjust(widths[1]), said.ljust(widths[2]),
            p_happy.rjust(widths[3]), box,
        )  # fmt: skip
        print("  ".join(cells).rstrip())


def _face_line(answer: ImagePrediction, number: int, face: FacePrediction) -> Line:
    box = " ".join(map(str, face.box))
    return shown(answer.image), str(number), face.label + note(face), f"{face.p_happy:.3f}", box


def note(face: FacePrediction) -> str:
    """What follows the answer to a tight crop in which the detector sees no face; else nothing."""
    return " (no face found)" if face.status == "full_frame" else ""


def _columns(text: str) -> int:
    """Of a terminal: Chinese letters, for one, take two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def shown(name: str) -> str:
    """A file's name. What no terminal can show of it is a question mark."""
    return "".join(c if c.isprintable() else "?" for c in name)


def summary(answers: Sequence[ImagePrediction], crops: bool) -> str:
    """How many of what, in a line, and what to do where faces were missed."""
    status = Counter(answer.status for answer in answers)
    labels = Counter(face.label for answer in answers for face in answer.faces)
    said = [f"{labels[name]} {name}" for name in ("happy", "sad", "unsure") if labels[name]]
    line = f"{_count(labels.total(), 'face')} in {_count(len(answers), 'image')}"
    line += f": {', '.join(said)}" if said else ""
    if status["no_face"]:
        line += f"; no face found in {status['no_face']}"
        line += "" if crops else " (if they are tight crops of faces, add --crops)"
    if status["full_frame"]:
        crops_read = f"{status['full_frame']} of {_count(len(answers), 'crop')}"
        line += f"; no face found in {crops_read}, read as a whole"
    if status["unreadable"]:
        line += f"; {status['unreadable']} unreadable"
    return line


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def write_csv(answers: Sequence[ImagePrediction], place: str) -> None:
    """A row per face to a file, or to standard output for "-".

    Raises
    ------
    UserError
        It cannot be written.
    """

    def write(file: IO[str]) -> None:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows(answers):
            writer.writerow([f"{cell:.6g}" if isinstance(cell, float) else cell for cell in row])

    _write(write, place, "the table")


def write_json(answers: Sequence[ImagePrediction], place: str, facts: dict[str, Any]) -> None:
    """``{**facts, "images": [...]}`` to a file, or to standard output for "-".

    Raises
    ------
    UserError
        It cannot be written.
    """
    content = {**facts, "images": [image_json(answer) for answer in answers]}

    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    if not _is_unicode(text):  # names of files can be any bytes, JSON cannot
        text = json.dumps(content, indent=2, allow_nan=False)

    def write(file: IO[str]) -> None:
        file.write(text + "\n")

    _write(write, place, "the answers")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _write(write: Any, place: str, what: str) -> None:
    if place == "-":
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")  # names as they are
        write(sys.stdout)
        return
    try:
        with (
            atomic_write(Path(place)) as beside,
            beside.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file,
        ):
            write(file)
    except OSError as error:
        raise UserError(f"cannot write {what} {place}: {error.strerror}") from None
