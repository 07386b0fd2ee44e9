"""The kinds of findings of an audit: how each is called, how grave it is, what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Kind:
    """``serious``: numbers measured on this data mislead. ``look``: somebody should look at it."""

    severity: Literal["serious", "look", "note"]
    title: str
    advice: str


KINDS = {
    "unreadable": Kind(
        "look",
        "Files that cannot be read",
        "They are left out of every comparison. Fetch them again, or delete them.",
    ),
    "one class": Kind(
        "serious",
        "One class is missing",
        "There is nothing to classify. Add faces of the other class.",
    ),
    "leak": Kind(
        "serious",
        "Near-duplicates across parts",
        "A model has seen the picture before it is tested on it. Read the metrics without these "
        "images beside those with them, or take the copies out of train.",
    ),
    "person": Kind(
        "serious",
        "One person in several parts",
        "A model may know the face in place of the expression. Keep each person on one side: "
        "without official parts, happysad cuts that way.",
    ),
    "two labels": Kind(
        "serious",
        "One picture with both labels",
        "One of the two labels is wrong. Look at the pair and correct or delete one; exact copies "
        "with both labels are left out of every comparison.",
    ),
    "shortcut": Kind(
        "serious",
        "The file gives the label away",
        "A model may learn the file in place of the face. Save all images alike (size, colour, "
        "format), or report the kinds of files apart.",
    ),
    "imbalance": Kind(
        "look",
        "One class is much larger",
        "Accuracy flatters a model that predicts the larger class. Read balanced accuracy, and "
        "weigh the classes when fitting.",
    ),
    "face coverage": Kind(
        "look",
        "Faces are found more often in one class",
        "Whether a face is found hints at the label. Read the metrics of the images where a face "
        "was found apart.",
    ),
    "no face": Kind(
        "look",
        "No face found",
        "The whole image is taken for the face. Delete what shows no face; the rest is in "
        "profile, covered or very small.",
    ),
    "blank": Kind("look", "Blank images", "There is nothing to see in them. Delete them."),
    "exact copy": Kind(
        "note",
        "Exact copies within a part",
        "They count twice. Delete all but one of each.",
    ),
    "near-duplicate": Kind(
        "note",
        "Near-duplicates within a part",
        "They count twice. Keep one of each; happysad keeps them on one side of a split it makes.",
    ),
    "balance": Kind("note", "Images of each class", "How many there are of each class."),
    "coverage": Kind("note", "Faces found", "The share of images in which a face was found."),
    "file facts": Kind(
        "note",
        "How the file predicts the label",
        "Balanced accuracy of a small model on facts about the files alone; 0.5 is chance. Here "
        "it is little, and a model of faces has to beat it clearly.",
    ),
    "left out": Kind("note", "Left out when listing", "Nothing to do if this was meant."),
}
"""In the order in which they are shown."""

COLUMNS = [
    "kind", "severity", "image", "label", "split", "other", "other_label", "other_split",
    "correlation", "detail",
]  # fmt: skip
"""Of the findings; ``correlation`` is that of two near-duplicates' aligned pixels."""
