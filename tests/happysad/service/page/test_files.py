"""The page's files: nothing from elsewhere, nothing inline, and colours that can be read."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import happysad

PAGE = Path(happysad.__file__).parent / "service" / "page"
FILES = sorted(file for file in PAGE.rglob("*") if file.is_file())
PAGES = [file for file in FILES if file.suffix == ".html"]
SCRIPTS = [file for file in FILES if file.suffix == ".js"]
NAMESPACE = "http://www.w3.org/2000/svg"  # no address, though it looks like one


class Tags(HTMLParser):
    """All tags, with their attributes and the text of scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] in ("script", "style"):
            self.inline += data.strip()


def tags(file):
    parser = Tags()
    parser.feed(file.read_text("utf-8"))
    return parser


def test_there_is_a_page():
    names = {file.name for file in FILES}
    assert {"index.html", "card.html", "app.js", "card.js", "style.css", "icon.svg"} <= names


def test_no_address_elsewhere():
    for file in FILES:
        text = file.read_text("utf-8").replace(NAMESPACE, "").replace("http://localhost", "")
        assert not re.search(r"https?:|['\"(]//|wss?:", text), file


def test_nothing_inline_that_the_policy_forbids():
    for file in PAGES:
        parsed = tags(file)
        assert not parsed.inline, file
        for tag, attributes in parsed.tags:
            assert tag != "style", file
            assert "style" not in attributes, (file, tag, attributes)
            assert not [name for name in attributes if name.startswith("on")], (file, attributes)


def test_scripts_put_no_text_in_as_html():
    html = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\("
    for file in SCRIPTS:
        text = file.read_text("utf-8")
        assert not re.search(html, text), file
        assert not re.search(r"setAttribute\(\"style\"|cssText", text), file
        assert len(text.splitlines()) <= 180, file


def test_all_that_is_named_is_there():
    for file in PAGES:
        for _, attributes in tags(file).tags:
            for name in (attributes.get("src"), attributes.get("href")):
                if name and name.startswith("/page/"):
                    assert (PAGE / name.removeprefix("/page/")).is_file(), name
    for file in SCRIPTS:
        for name in re.findall(r'from "(\.[^"]+)"', file.read_text("utf-8")):
            assert (file.parent / name).is_file(), (file.name, name)


def test_headings_go_down_by_one():
    for file in PAGES:
        if file.name != "docs.html":  # whose headings Swagger UI writes
            levels = [int(tag[1]) for tag, _ in tags(file).tags if re.fullmatch("h[1-6]", tag)]
            assert levels[0] == 1, file
            assert all(b - a <= 1 for a, b in pairwise(levels)), (file, levels)


def colors(dark):
    css = (PAGE / "style.css").read_text("utf-8")
    light, darker = re.findall(r":root \{(.*?)\}", css, re.S)[:2]
    found = dict(re.findall(r"--([\w-]+): (#\w+);", light))
    return found | (dict(re.findall(r"--([\w-]+): (#\w+);", darker)) if dark else {})


def luminance(color):
    digits = color[1:] if len(color) == 7 else "".join(2 * c for c in color[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_contrast():
    pairs = [
        ("text", "page", 4.5), ("text", "band", 4.5), ("soft", "page", 4.5), ("soft", "band", 4.5),
        ("link", "page", 4.5), ("on-button", "button", 4.5), ("on-happy", "happy", 4.5),
        ("on-sad", "sad", 4.5), ("on-unsure", "unsure", 4.5), ("edge", "page", 3),
        ("edge", "band", 3), ("alert", "band", 3),
    ]  # fmt: skip
    for dark in (False, True):
        known = colors(dark)
        for front, back, least in pairs:
            a, b = sorted((luminance(known[front]), luminance(known[back])))
            assert (b + 0.05) / (a + 0.05) >= least, (dark, front, back)
