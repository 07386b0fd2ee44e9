from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from happysad.output.audit_report import MOST, spread, write_audit
from happysad.pipeline.audit.audit import Audit
from happysad.pipeline.audit.finding_types import COLUMNS


class Page(HTMLParser):
    """Tags that are open, addresses, anchors, alternative texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        self.links += [known["href"]] if "href" in known else []
        self.ids += [known["id"]] if "id" in known else []
        if tag == "img":
            self.images.append(known)
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def findings(*rows: dict[str, object]) -> pd.DataFrame:
    table = [[row.get(name, "") for name in COLUMNS] for row in rows]
    return pd.DataFrame(table, columns=COLUMNS, dtype=object)


@pytest.fixture
def page(tmp_path: Path) -> str:
    for name, value in (("a<b>.png", 30), ("c.png", 220)):
        Image.fromarray(np.full((300, 200), value, np.uint8)).save(tmp_path / name)
    leak = {
        "kind": "leak", "severity": "serious", "image": "a<b>.png", "label": "sad",
        "split": "test", "other": "c.png", "other_label": "sad", "other_split": "train",
        "correlation": 0.934, "detail": "mirrored",
    }  # fmt: skip
    gone = {"kind": "unreadable", "severity": "look", "image": "no.png", "detail": "empty"}
    rows = findings(leak, gone, {"kind": "balance", "severity": "note", "detail": "all: <2> to 1"})
    write_audit(Audit("x & y", tmp_path, 7, rows, None), tmp_path / "out")
    return (tmp_path / "out" / "audit.html").read_text("utf-8")


def test_the_page_is_whole_and_by_itself(page):
    parsed = Page(page)
    assert parsed.open == []
    assert parsed.links == [f"#{name}" for name in parsed.ids]
    assert parsed.ids == ["unreadable", "leak", "balance"]
    assert not re.search(r"https?://|<script|<link", page)
    assert 'name="viewport"' in page


def test_pairs_lie_side_by_side(page):
    images = Page(page).images
    assert [image["alt"] for image in images] == ["sad, test", "sad, train"]
    for image, value in zip(images, (30, 220), strict=True):
        data = str(image["src"]).removeprefix("data:image/jpeg;base64,")
        pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
        assert max(pixels.shape) == 96
        assert abs(int(pixels.mean()) - value) < 3
    assert "mirrored, correlation 0.934" in page
    assert "1 image with one in train: 1 of test" in page


def test_names_are_no_markup(page):
    assert "a&lt;b&gt;.png" in page
    assert "all: &lt;2&gt; to 1" in page
    assert "Audit of x &amp; y" in page


def test_of_many_findings_some_are_shown_from_the_least_alike_to_the_most():
    rows = findings(*({"correlation": 0.9 + n % 500 / 10_000} for n in range(1000)))
    shown = spread(rows, MOST)["correlation"].tolist()
    assert len(shown) == MOST
    assert shown == sorted(shown)
    assert (shown[0], shown[-1]) == (0.9, 0.9499)
    assert len(spread(rows[:5], MOST)) == 5
