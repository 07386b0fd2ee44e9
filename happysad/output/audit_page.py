"""``audit.html``: the findings of an audit with their images side by side, in one file."""

from __future__ import annotations

import base64
import io
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.pipeline.audit.finding_types import KINDS
from happysad.utils.atomic_files import atomic_write
from happysad.utils.errors import UserError
from happysad.utils.image_decoding import read_image

if TYPE_CHECKING:
    import pandas as pd

    from happysad.pipeline.audit.audit import Audit

TEMPLATE = Path(__file__).with_name("audit.html.j2")
MOST = 60
"""Findings of a kind that are shown; ``audit.csv`` holds all of them."""

_SIDE = 96  # pixels of the longer side of a thumbnail


def write_page(audit: Audit, path: Path) -> None:
    """Write the page; the images are read again, and lie in the page as small JPEG files."""
    import jinja2

    loader = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined)
    template = loader.from_string(TEMPLATE.read_text(encoding="utf-8"))
    parts = [_part(audit, kind, rows) for kind, rows in audit.kinds().items()]
    text = template.render(
        title=f"Audit of {audit.name}",
        intro=f"{audit.n_images:,} happy and sad images. All findings, one a line, are in "
        "audit.csv beside this page. Serious: numbers measured on this data mislead. Look: "
        "somebody should look at it.",
        parts=parts,
    )
    with atomic_write(path) as beside:
        beside.write_text(text, encoding="utf-8")


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
    import numpy as np

    if len(rows) and (rows["correlation"] != "").all():
        rows = rows.sort_values("correlation", kind="stable")
    if len(rows) <= most:
        return rows
    return rows.iloc[np.linspace(0, len(rows) - 1, most).round().astype(int)]


def _card(root: Path, row: dict[Hashable, Any]) -> dict[str, Any]:
    images = [_face(root, row["image"], row["label"], row["split"])]
    if row["other"]:
        images.append(_face(root, row["other"], row["other_label"], row["other_split"]))
    said = str(row["detail"])
    if row["correlation"] != "":
        said += f", correlation {row['correlation']:.3f}"
    return {"images": images, "said": said}


def _face(root: Path, name: str, label: str, split: str) -> dict[str, str]:
    about = f"{label}, {split}" if split else str(label)
    return {"src": _thumbnail(root / name), "about": about, "name": name}


@lru_cache(maxsize=256)
def _thumbnail(path: Path) -> str:
    """A data URL of a small JPEG file; "" for an image that cannot be read."""
    from PIL import Image

    try:
        image = Image.fromarray(read_image(path))
    except UserError:
        return ""
    image.thumbnail((_SIDE, _SIDE))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
