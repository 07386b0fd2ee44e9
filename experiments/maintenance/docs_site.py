"""The site of ``make docs``: pages from beside ``docs/``, the reference, and links that hold.

A hook of MkDocs (https://www.mkdocs.org/user-guide/configuration/#hooks): it is named in
``mkdocs.yml`` and called by ``mkdocs build``.
"""

from __future__ import annotations

import posixpath
import re
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "README.md": "index.md",
    "MODEL_CARD.md": "MODEL_CARD.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "CHANGELOG.md": "CHANGELOG.md",
}
"""Pages that lie beside ``docs/``, by the names that they have in the site."""

LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)#\s]*)(#[^)\s]*)?\)")


def on_files(files: Any, config: Any) -> Any:
    """Add the pages from beside ``docs/`` and the reference."""
    from mkdocs.structure.files import File

    for source, name in PAGES.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, name, content=with_links(text, ".")))
    files.append(File.generated(config, "reference.md", content=reference()))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Links of the pages in ``docs/``."""
    return markdown if page.file.generated_by else with_links(markdown, "docs")


def with_links(markdown: str, folder: str) -> str:
    """Links of a page in ``folder`` as the site has them; text alone for files not in the site.

    >>> with_links("[card](../MODEL_CARD.md#terms), [code](../features/hog.py)", "docs")
    '[card](MODEL_CARD.md#terms), code'
    """

    def link(match: re.Match[str]) -> str:
        image, text, target, heading = match.groups()
        if not target or ":" in target:
            return match[0]
        path = posixpath.normpath(posixpath.join(folder, target))
        name = PAGES.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else "")
        if not name or name.startswith("results/"):
            return text
        return f"{image}[{text}]({name}{heading or ''})"

    return LINK.sub(link, markdown)


def reference() -> str:
    """A page that names every public object once, for mkdocstrings to fill in."""
    lines = ["# Reference", ""]
    seen: set[str] = set()
    for name in packages():
        package = import_module(name)
        full_names = [
            f"{home}.{public}"
            for public in getattr(package, "__all__", [])
            if (home := getattr(getattr(package, public), "__module__", "")).startswith("happysad.")
        ]
        new = [full_name for full_name in full_names if full_name not in seen]
        seen.update(new)
        if new:
            lines += [f"## {name}", "", str(package.__doc__).strip().splitlines()[0], ""]
            lines += [line for full_name in new for line in (f"::: {full_name}", "")]
    return "\n".join(lines)


def packages() -> list[str]:
    """The front door first, then from the ground up."""
    tops = ("happysad", "features", "pipeline", "experiments")
    files = [file for top in tops for file in sorted((ROOT / top).rglob("__init__.py"))]
    folders = [file.parent.relative_to(ROOT).parts for file in files]
    return [
        ".".join(parts if parts[0] == "happysad" else ("happysad", *parts)) for parts in folders
    ]
