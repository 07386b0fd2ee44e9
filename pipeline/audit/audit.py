"""What is wrong with a data set, before anybody believes a number that was measured on it?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from happysad.pipeline.audit import checks as ask
from happysad.pipeline.audit.finding_types import COLUMNS, KINDS
from happysad.pipeline.data.dataset import listed
from happysad.pipeline.data.image_loading import alike, open_all, with_groups
from happysad.pipeline.data.records import ImageRecord, ImageRecords, images
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from happysad.pipeline.audit.shortcuts import Shortcuts


@dataclass(frozen=True, eq=False)
class Audit:
    """What an audit found.

    Attributes
    ----------
    name : str
        Of the data set.
    root : Path
        What the image names of the findings are relative to.
    n_images : int
        How many images of the two classes are listed.
    findings : pandas.DataFrame
        One row each, columns ``audit_kinds.COLUMNS``; the gravest kinds first.
    shortcuts : Shortcuts or None
        What the files tell of the label.
    """

    name: str
    root: Path
    n_images: int
    findings: pd.DataFrame
    shortcuts: Shortcuts | None

    def kinds(self) -> dict[str, pd.DataFrame]:
        """The findings of each kind that was found, in the order of ``KINDS``."""
        groups = {str(kind): rows for kind, rows in self.findings.groupby("kind", sort=False)}
        return {kind: groups[kind] for kind in KINDS if kind in groups}

    def summary(self, kind: str) -> str:
        """In a few words what was found of a kind."""
        rows = self.kinds()[kind]
        details = rows["detail"].tolist()
        if kind == "leak":
            held = rows[rows["split"].isin(["val", "test"]) & (rows["other_split"] == "train")]
            counts = held.drop_duplicates("image")["split"].value_counts()
            told = [f"{n:,} of {part}" for part, n in counts.items()]
            return f"{images(int(counts.sum()))} with one in train: {', '.join(told)}"
        if kind == "no face":
            told = [f"{n:,} {label}" for label, n in rows["label"].value_counts().items()]
            return f"{images(len(rows))}: {', '.join(told)}"
        if kind in ("shortcut", "file facts") and self.shortcuts is not None:
            return self._told_by_files(kind, len(rows))
        if (rows["image"] == "").all():
            return str(details[0])
        pairs = (rows["other"] != "").any()
        return f"{len(rows):,} {'pair' if pairs else 'image'}{'' if len(rows) == 1 else 's'}"

    def _told_by_files(self, kind: str, number: int) -> str:
        assert self.shortcuts is not None
        if kind == "file facts" and "shortcut" in set(self.findings["kind"]):
            return f"{number} other {'fact' if number == 1 else 'facts'}, weak or uncertain"
        best, score = next(iter(self.shortcuts.by_fact.items()))
        together = f"balanced accuracy {self.shortcuts.all_facts} from all facts"
        return f"{together}, {score} from {best} alone ({self.shortcuts.typical[best]})"


def audit(
    source: str | Path,
    *,
    seed: int = 0,
    jobs: int = 1,
    log: Callable[[str], None] | None = None,
) -> Audit:
    """Look through a data set of happy and sad faces.

    Faces go through the active feature store (``use_feature_cache``), so a second audit, or a
    comparison after it, need not look for them again. Time grows about in proportion to the
    number of images.

    Parameters
    ----------
    source : str or Path
        As ``load_data`` takes it. Parts are taken as they are; none are drawn.
    seed : int
        Of the cross-validation of shortcuts.
    jobs : int
        Processes that look for faces.
    log : callable, optional
        Called with a line before long work.

    Raises
    ------
    UserError
        The path is missing or holds no happy or sad images.
    """
    log = log or (lambda line: None)
    listing, where = listed(source, seed)
    if not listing.rows:
        lost = f" ({'; '.join(listing.notes)})" if listing.notes else ""
        raise UserError(f"{where} holds no happy or sad faces{lost}: there is nothing to audit")
    log(f"reading {images(len(listing.rows))} of {listing.name}")
    rows, failed = open_all(listing.rows)
    found = list(ask.unreadable(listing, failed))
    pairs = alike(rows)
    found += ask.blanks(listing, rows)
    found += ask.duplicates(listing, rows, pairs)
    found += ask.persons(listing, rows)
    found += ask.balance(listing, rows)
    found += ask.left_out(listing)
    grouped = with_groups(rows, ImageRecords(listing.name, listing.root), pairs)
    shortcuts = _shortcuts(grouped, seed)
    found += ask.shortcuts(listing, shortcuts)
    found += _faces(listing, rows, jobs)
    return Audit(listing.name, listing.root, len(listing.rows), _frame(found), shortcuts)


def _shortcuts(rows: list[ImageRecord], seed: int) -> Shortcuts | None:
    from happysad.pipeline.audit.file_metadata import file_facts
    from happysad.pipeline.audit.shortcuts import find_shortcuts

    if len({row.label for row in rows}) < 2:
        return None
    facts = file_facts([row.path for row in rows])
    return find_shortcuts(facts, [row.label for row in rows], [row.group for row in rows], seed)


def _faces(listing: ImageRecords, rows: list[ImageRecord], jobs: int) -> list[ask.Finding]:
    from happysad.features.faces.aligner import FaceAligner

    aligner = FaceAligner(on_error="mark", n_jobs=jobs)
    detected = aligner.transform([str(row.path) for row in rows]).status == "detected"
    return list(ask.faces(listing, rows, detected))


def _frame(found: list[ask.Finding]) -> pd.DataFrame:
    import pandas as pd

    order = {kind: number for number, kind in enumerate(KINDS)}
    found = sorted(found, key=lambda row: (order[row["kind"]], row.get("image", "")))
    lines = [[row.get(name, "") for name in COLUMNS] for row in found]
    return pd.DataFrame(lines, columns=pd.Index(COLUMNS), dtype=object)
