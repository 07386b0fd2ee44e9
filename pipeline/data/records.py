"""What a reader finds: labelled image files not yet opened, and a line for all it left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

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
_MOST_NAMES = 5


@dataclass(frozen=True)
class ImageRecord:
    """One labelled image file; ``split`` and ``group`` are "" where nothing is known of them.

    ``sha256`` of the file and ``looks``, the pixels of its ``alignment.thumbnail`` (None for a
    blank image), are filled in once it is opened; then ``near_duplicate_of``, the nearest
    near-duplicate in train of an image that is not in train.
    """

    path: Path
    label: str
    split: str = ""
    group: str = ""
    sha256: str = ""
    looks: bytes | None = field(default=None, repr=False)
    near_duplicate_of: str = ""


@dataclass
class ImageRecords:
    """The rows of one data set, its name, the path its names are relative to, and the notes."""

    name: str
    root: Path
    rows: list[ImageRecord] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def short(self, path: Path) -> str:
        """The name of a file as notes give it: relative to the data set where it lies there."""
        inside = path.is_relative_to(self.root)
        return path.relative_to(self.root).as_posix() if inside else str(path)


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


def note(items: Sequence[str], one: str, many: str) -> str:
    """A line such as ``3 files that are no images left out: a, b, c``.

    Parameters
    ----------
    items : sequence of str
        What is counted; the first five are named.
    one, many : str
        What is said of them after the number, in the singular and in the plural.
    """
    names = ", ".join(items[:_MOST_NAMES])
    more = f", and {len(items) - _MOST_NAMES:,} more" if len(items) > _MOST_NAMES else ""
    return f"{len(items):,} {one if len(items) == 1 else many}: {names}{more}"


def images(number: int) -> str:
    """ "1 image", "1,204 images"."""
    return f"{number:,} image" + ("" if number == 1 else "s")


def other_classes_note(counts: Counter[str]) -> list[str]:
    """The line for images of classes that are neither happy nor sad; none where there are none."""
    total = sum(counts.values())
    if not total:
        return []
    names = ", ".join(f"{name} ({number:,})" for name, number in sorted(counts.items()))
    return [f"{images(total)} of other classes left out: {names}"]
