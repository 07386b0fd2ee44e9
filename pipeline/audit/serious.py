"""What makes numbers mislead on a data set, in sentences: for the top of a report on models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.pipeline.audit.checks import is_shortcut
from happysad.pipeline.audit.shortcuts import file_facts, find_shortcuts
from happysad.pipeline.data.records import images

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 3
"""Facts of the files that are named, those that give most away."""


def serious_findings(frame: pd.DataFrame, *, seed: int = 0, parts: bool = True) -> list[str]:
    """The serious findings of ``audit_data`` as they are known of a data set that was read.

    Parameters
    ----------
    frame : pandas.DataFrame
        Of a ``DataSet``.
    seed : int
        Of the cross-validation of shortcuts.
    parts : bool
        Whether the parts are used; False where folds take their place, which keep persons and
        pictures together.

    Returns
    -------
    list of str
        A sentence for each finding.

    Examples
    --------
    >>> from happysad.pipeline.data.dataset import load_data
    >>> from happysad.pipeline.demo import demo_folder
    >>> serious_findings(load_data(demo_folder(n_samples=40)).frame)
    []
    """
    return [*(_of_parts(frame) if parts else []), *_of_files(frame, seed)]


def _of_parts(frame: pd.DataFrame) -> list[str]:
    """Pictures and persons of train that are tested on."""
    said = []
    label_of = frame.set_index("path")["label"].to_dict()
    leaked = frame[frame["near_duplicate_of"] != ""]
    for part in ("val", "test"):
        own = leaked[leaked["split"] == part]
        if len(own):
            other = [label_of.get(path) for path in own["near_duplicate_of"]]
            wrong = sum(one != two for one, two in zip(own["label"], other, strict=True))
            under = f", {wrong} of them under another label" if wrong else ""
            every = int((frame["split"] == part).sum())
            said.append(
                f"{len(own):,} of {images(every)} of the {part} part have a near-duplicate in "
                f"train{under}: a model has seen the picture"
            )
    kept = frame[~frame["group"].isin(leaked["group"])]
    shared = int((kept.groupby("group")["split"].nunique() > 1).sum())
    if shared:
        said.append(
            f"{shared:,} groups (persons or pictures) are in several parts: a model may know the "
            "face in place of the expression"
        )
    return said


def _of_files(frame: pd.DataFrame, seed: int) -> list[str]:
    """What files tell of the label without a look at any face."""
    labels, groups = frame["label"].tolist(), frame["group"].tolist()
    found = find_shortcuts(file_facts(frame["path"].tolist()), labels, groups, seed)
    if found is None:
        return []
    said = [
        f"a file's {name} alone tells the label: balanced accuracy {score}, where 0.5 is chance "
        f"({found.typical[name]})"
        for name, score in found.by_fact.items()
        if is_shortcut(score)
    ][:SHOWN]
    if is_shortcut(found.all_facts):
        best, alone = next(iter(found.by_fact.items()))
        said.append(
            f"size, format, brightness and such of the files together tell the label: balanced "
            f"accuracy {found.all_facts}, where 0.5 is chance; the most telling is {best}, alone "
            f"{alone} ({found.typical[best]})"
        )
    return said
