"""The labelled image files that a reader lists, and a note for each kind of file it left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

LABELS = ("happy", "sad")
PARTS = ("train", "val", "test")

_LABEL_OF = {
    **dict.fromkeys(("happy", "happiness", "joy", "smile", "smiling"), "happy"),
    **dict.fromkeys(("sad", "sadness", "unhappy"), "sad"),
}
_PART_OF = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev", "publictest"), "val"),
    **dict.fromkeys(("test", "testing", "privatetest"), "test"),
}
_MAX_NAMES = 5


@dataclass
class ImageRecords:
    """A data set before its images are opened, with a note for each kind of thing left out.

    ``others`` are the images of other classes, as far as they are listed: no rows of the data set,
    but those in train show what must not be tested on. ``listed`` are the names of all files in a
    table, of whatever class.
    """

    name: str
    root: Path
    frame: pd.DataFrame  # as ``records_frame`` makes it
    notes: list[str] = field(default_factory=list)
    others: pd.DataFrame = field(default_factory=lambda: records_frame([]))
    listed: frozenset[str] = frozenset()

    def names(self, paths: Iterable[str]) -> list[str]:
        """File names as the notes give them: relative to ``root`` where they lie below it."""
        return [
            file.relative_to(self.root).as_posix() if file.is_relative_to(self.root) else str(file)
            for file in map(Path, paths)
        ]

    def add_note(self, items: Sequence[str], noun: str, text: str) -> None:
        if items:
            self.notes.append(counted(items, noun, text))

    def add_other_classes(self, counts: Counter[str]) -> None:
        if total := sum(counts.values()):
            names = ", ".join(f"{name} ({n:,})" for name, n in sorted(counts.items()) if n)
            self.notes.append(f"{images(total)} of other classes left out: {names}")


def records_frame(rows: Iterable[tuple[str, str, str, str]]) -> pd.DataFrame:
    """The columns ``path, label, split, group``, all text; split and group are "" if unknown."""
    import pandas as pd

    columns = pd.Index(["path", "label", "split", "group"])
    return pd.DataFrame(list(rows), columns=columns, dtype="str")


def label_of(name: str) -> str:
    """ "happy" or "sad" for a class name or one of its synonyms in any letter case, else ""."""
    return _LABEL_OF.get(name.strip().casefold(), "")


def part_of(name: str) -> str:
    """ "train", "val" or "test" for a part's name or one of its synonyms in any case, else ""."""
    return _PART_OF.get(name.strip().casefold(), "")


def fer2013_parts(paths: Sequence[Path]) -> list[str]:
    """The official part of each file where all names begin as FER2013's do, else nothing."""
    prefixes = [path.name.partition("_")[0] for path in paths]
    known = {"Training", "PublicTest", "PrivateTest"}
    return [part_of(prefix) for prefix in prefixes] if set(prefixes) <= known else []


def counted(items: Sequence[str], noun: str, text: str) -> str:
    """A line such as ``3 unreadable images left out: a, b, c``; five items are named."""
    names = ", ".join(items[:_MAX_NAMES])
    more = f", and {len(items) - _MAX_NAMES:,} more" if len(items) > _MAX_NAMES else ""
    return f"{len(items):,} {noun}{'' if len(items) == 1 else 's'} {text}: {names}{more}"


def class_counts(labels: Iterable[str]) -> str:
    """The classes and how often each comes, most often first: ``neutral 5, fear 3``."""
    counts = sorted(Counter(labels).items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{label} {n:,}" for label, n in counts)


def images(number: int) -> str:
    return f"{number:,} image" + ("" if number == 1 else "s")
