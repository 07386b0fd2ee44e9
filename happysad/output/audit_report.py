"""The findings of an audit: printed, as CSV, and as a page with their images side by side."""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import numpy as np
from PIL import Image
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from happysad.pipeline.audit.finding_types import KINDS
from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import read_image

if TYPE_CHECKING:
    import pandas as pd

    from happysad.pipeline.audit.audit import Audit

MOST = 60  # findings of a kind that are shown; audit.csv holds all of them


def print_audit(audit: Audit) -> None:
    """A table of the kinds of findings on standard output: what, how many, what to do."""
    table = Table(title=f"Audit of {audit.name}", box=box.SIMPLE_HEAD, title_justify="left")
    for name in ("finding", "", "found", "advice"):
        table.add_column(name, overflow="fold")
    for kind in audit.kinds():
        about = KINDS[kind]
        # File names may hold brackets, which are no markup here.
        table.add_row(about.title, about.severity, escape(audit.summary(kind)), about.advice)
    # In a file or a pipe a table of 80 columns would break every line.
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def write_audit(audit: Audit, folder: Path) -> None:
    """Write ``audit.csv`` and ``audit.html``; UserError where the folder cannot be written to."""
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined
    )
    template = Path(__file__).with_name("audit.html.j2").read_text("utf-8")
    text = environment.from_string(template).render(
        title=f"Audit of {audit.name}",
        intro=f"{audit.n_images:,} happy and sad images. All findings, one a line, are in "
        "audit.csv beside this page. Serious: numbers measured on this data mislead. Look: "
        "somebody should look at it.",
        parts=[_part(audit, kind, rows) for kind, rows in audit.kinds().items()],
    )
    try:
        with atomic_write(folder / "audit.csv") as temporary:
            audit.findings.to_csv(temporary, index=False)
        with atomic_write(folder / "audit.html") as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {error.strerror or error}") from None


def _part(audit: Audit, kind: str, rows: pd.DataFrame) -> dict[str, Any]:
    about = KINDS[kind]
    pictured = rows[rows["image"] != ""]
    shown = spread(pictured, MOST)
    few = f"{MOST} of {len(pictured):,}, evenly spread" if len(pictured) > MOST else ""
    if few and (pictured["correlation"] != "").all():
        few += " from the least alike to the most"
    cards = [_card(audit.root, row) for row in shown.to_dict("records")]
    return {
        "anchor": kind.replace(" ", "-"),
        "title": about.title,
        "severity": about.severity,
        "summary": audit.summary(kind),
        "advice": about.advice,
        "lines": rows.loc[rows["image"] == "", "detail"].tolist(),
        "few": few,
        "single": all(len(card["images"]) == 1 for card in cards),
        "cards": cards,
    }


def spread(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """At most so many rows, evenly spread; near-duplicates from the least alike to the most."""
    if len(rows) and (rows["correlation"] != "").all():
        rows = rows.sort_values("correlation", kind="stable")
    if len(rows) <= most:
        return rows
    return rows.iloc[np.linspace(0, len(rows) - 1, most).round().astype(int)]


def _card(root: Path, row: dict[Hashable, Any]) -> dict[str, Any]:
    images = [_face(root, row["image"], row["label"], row["split"])]
    if row["other"]:
        images.append(_face(root, row["other"], row["other_label"], row["other_split"]))
    detail = str(row["detail"])
    if row["correlation"] != "":
        detail += f", correlation {row['correlation']:.3f}"
    return {"images": images, "detail": detail}


def _face(root: Path, name: str, label: str, split: str) -> dict[str, str]:
    about = f"{label}, {split}" if split else str(label)
    return {"src": _thumbnail(root / name), "about": about, "name": name}


@lru_cache(maxsize=256)
def _thumbnail(path: Path) -> str:
    """A data URL of a small JPEG file; "" for an image that cannot be read."""
    try:
        image = Image.fromarray(read_image(path))
    except UserError:
        return ""
    image.thumbnail((96, 96))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
