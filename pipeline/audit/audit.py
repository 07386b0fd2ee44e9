"""What is wrong with a data set, before anybody believes a number that was measured on it?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from happysad.features.faces.aligner import FaceAligner
from happysad.pipeline.audit import checks
from happysad.pipeline.audit.finding_types import COLUMNS, KINDS
from happysad.pipeline.audit.shortcuts import Shortcuts, file_facts, find_shortcuts
from happysad.pipeline.data.dataset import list_images
from happysad.pipeline.data.image_loading import (
    duplicate_pairs,
    open_images,
    unreadable_names,
    with_groups,
)
from happysad.pipeline.data.other_classes import open_others, other_class_pairs
from happysad.pipeline.data.records import LABELS, class_counts, counted, images
from happysad.utils.errors import UserError


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
        One row each, columns ``finding_types.COLUMNS``; the gravest kinds first.
    shortcuts : Shortcuts or None
        How well the files predict the label.

    Examples
    --------
    >>> import pandas as pd
    >>> findings = pd.DataFrame([["blank", "happy/1.png", ""]], columns=["kind", "image", "other"])
    >>> Audit("photos", Path("photos"), 40, findings, None).summary("blank")
    '1 image'
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
        if kind == "leak":
            held = rows[rows["split"].isin(["val", "test"]) & (rows["other_split"] == "train")]
            counts = held.drop_duplicates("image")["split"].value_counts()
            listed = ", ".join(f"{n:,} of {part}" for part, n in counts.items())
            told = f"{images(int(counts.sum()))} with one in train: {listed}"
            own = held.loc[held["other_label"].isin(LABELS), "image"]
            alone = held[~held["image"].isin(own)].sort_values("correlation", ascending=False)
            labels = alone.drop_duplicates("image")["other_label"]
            if len(labels):
                told += f"; {len(labels):,} only under another label ({class_counts(labels)})"
            return told
        if kind == "no face":
            counts = rows["label"].value_counts()
            listed = ", ".join(f"{n:,} {label}" for label, n in counts.items())
            return f"{images(len(rows))}: {listed}"
        if kind in ("shortcut", "file facts") and self.shortcuts is not None:
            if kind == "file facts" and "shortcut" in set(self.findings["kind"]):
                facts = "fact" if len(rows) == 1 else "facts"
                return f"{len(rows)} other {facts}, weak or uncertain"
            best, score = next(iter(self.shortcuts.by_fact.items()))
            together = f"balanced accuracy {self.shortcuts.all_facts} from all facts"
            return f"{together}, {score} from {best} alone ({self.shortcuts.typical[best]})"
        if (rows["image"] == "").all():
            return str(rows["detail"].iloc[0])
        pairs = (rows["other"] != "").any()
        return f"{len(rows):,} {'pair' if pairs else 'image'}{'' if len(rows) == 1 else 's'}"


def audit_data(
    source: str | Path,
    *,
    seed: int = 0,
    jobs: int = 1,
    log: Callable[[str], None] | None = None,
) -> Audit:
    """Look through a data set of happy and sad faces.

    Faces go through the active feature cache (``use_feature_cache``), so a second audit, or a
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

    Examples
    --------
    >>> from happysad.pipeline.demo import demo_folder
    >>> audit = audit_data(demo_folder(n_samples=20))
    >>> audit.summary("balance")
    'all: 10 happy, 10 sad, 1.0 to 1'
    """
    log = log or (lambda line: None)
    records, where = list_images(source, seed)
    if records.frame.empty:
        lost = f" ({'; '.join(records.notes)})" if records.notes else ""
        raise UserError(f"{where} holds no happy or sad faces{lost}: there is nothing to audit")
    log(f"reading {images(len(records.frame))} of {records.name}")
    opened = open_images(records.frame)
    whole = opened["error"] == ""
    if failed := unreadable_names(records, opened):
        log(counted(failed, "unreadable image", "left out"))
    frame = opened[whole].reset_index(drop=True)
    pairs = duplicate_pairs(frame)
    others = open_others(records, frame)
    # With other notes: how the images are grouped is no finding.
    grouped = with_groups(frame, replace(records, notes=[]), pairs)
    paths, labels, groups = (grouped[name].tolist() for name in ("path", "label", "group"))
    shortcuts = find_shortcuts(file_facts(paths), labels, groups, seed)
    aligned = FaceAligner(on_error="mark", n_jobs=jobs).transform(paths)
    found = [
        *checks.unreadable(records, opened[~whole]),
        *checks.blanks(records, frame),
        *checks.duplicates(records, frame, pairs),
        *checks.other_classes(records, frame, others, other_class_pairs(frame, others)),
        *checks.persons(records, frame),
        *checks.balance(records, frame),
        *checks.left_out(records),
        *checks.shortcuts(records, shortcuts),
        *checks.faces(records, frame, np.asarray(aligned.status == "detected")),
    ]
    order = list(KINDS)
    found.sort(key=lambda row: (order.index(row["kind"]), row.get("image", "")))
    lines = [[row.get(name, "") for name in COLUMNS] for row in found]
    findings = pd.DataFrame(lines, columns=pd.Index(COLUMNS), dtype=object)
    return Audit(records.name, records.root, len(records.frame), findings, shortcuts)
