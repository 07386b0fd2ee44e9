"""Predictions as a table, as CSV and as JSON."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from happysad.pipeline.evaluation.abstention import confidence_text
from happysad.pipeline.prediction.prediction import (
    COLUMNS,
    FacePrediction,
    ImagePrediction,
    image_json,
    rows,
)
from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError
from happysad.utils.tables import print_table


def print_predictions(predictions: Sequence[ImagePrediction]) -> None:
    """Print a line per face, or why there is none."""
    lines = [["image", "face", "answer", "confidence", "box"]]
    for prediction in predictions:
        name = shown(prediction.image)
        for number, face in enumerate(prediction.faces):
            label, box = face.label + note(face), " ".join(map(str, face.box))
            sure = confidence_text(face.label, face.p_happy)
            lines.append([name, str(number), label, sure, box])
        if not prediction.faces:
            status = prediction.status.replace("_", " ")
            lines.append([name, "", f"{status}: {prediction.reason}".removesuffix(": ")])
    print_table(lines)


def note(face: FacePrediction) -> str:
    """What follows the label of a tight crop in which the detector finds no face; else nothing."""
    return " (no face found)" if face.status == "full_frame" else ""


def shown(name: str) -> str:
    """A file's name. What no terminal can show of it is a question mark."""
    return "".join(c if c.isprintable() else "?" for c in name)


def summary(predictions: Sequence[ImagePrediction], crops: bool) -> str:
    """How many of what, in a line, and what to do where faces were missed."""
    status = Counter(prediction.status for prediction in predictions)
    labels = Counter(face.label for prediction in predictions for face in prediction.faces)
    counts = [f"{labels[name]} {name}" for name in ("happy", "sad", "unsure") if labels[name]]
    line = f"{count(labels.total(), 'face')} in {count(len(predictions), 'image')}"
    line += f": {', '.join(counts)}" if counts else ""
    if status["no_face"]:
        line += f"; no face found in {status['no_face']}"
        line += "" if crops else " (if they are tight crops of faces, add --crops)"
    if status["full_frame"]:
        crops_read = f"{status['full_frame']} of {count(len(predictions), 'crop')}"
        line += f"; no face found in {crops_read}, read as a whole"
    if status["unreadable"]:
        line += f"; {status['unreadable']} unreadable"
    return line


def count(number: int, what: str) -> str:
    """Such as "2 faces"."""
    return f"{number} {what}" + ("" if number == 1 else "s")


def write_csv(predictions: Sequence[ImagePrediction], path: str) -> None:
    """A row per face, in ``COLUMNS``, to a file, or to standard output for "-"."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows(predictions):
        writer.writerow([f"{cell:.6g}" if isinstance(cell, float) else cell for cell in row])
    write_or_print(text.getvalue(), path, "the table")


def write_json(predictions: Sequence[ImagePrediction], path: str, settings: dict[str, Any]) -> None:
    """``{**settings, "images": [...]}`` to a file, or to standard output for "-"."""
    content = {**settings, "images": [image_json(prediction) for prediction in predictions]}
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # names of files can be any bytes, JSON cannot
        text = json.dumps(content, indent=2, allow_nan=False)
    write_or_print(text + "\n", path, "the answers")


def write_or_print(text: str, path: str, what: str) -> None:
    """To a file, or to standard output for "-"; UserError where it cannot be written."""
    if path == "-":
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")  # names as they are
        sys.stdout.write(text)
        return
    try:
        with atomic_write(Path(path)) as temporary:
            temporary.write_bytes(text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise UserError(f"cannot write {what} {path}: {error.strerror}") from None
