"""What other programs score, as constants: they are not run here."""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = (
    "Measured in November 2026 with their bundled weights, happy against sad by the larger of "
    "their two scores, the whole image taken for the face. Not the same images as above: 802 "
    "photographs of muxspace (grey 350x350: 493 happy, 124 sad; small colour: 42 happy, 143 sad), "
    "and the 410 of them that are among those above."
)


@dataclass(frozen=True)
class Peer:
    """A score of another program.

    Attributes
    ----------
    program, images : str
    tested_on : str
        The piece that the images are a part of.
    balanced_accuracy, roc_auc : float
    """

    program: str
    images: str
    tested_on: str
    balanced_accuracy: float
    roc_auc: float


_FER, _FACE_API = "fer 25.10.3", "@vladmandic/face-api 1.7.15"
_GREY, _SMALL = "muxspace grey 350x350", "muxspace small colour"

PEERS = (
    Peer(_FER, "PrivateTest", "fer2013", 0.905, 0.970),
    Peer(_FACE_API, "PrivateTest", "fer2013", 0.876, 0.947),
    Peer(_FER, "410 of 802", _GREY, 0.914, 0.986),
    Peer(_FACE_API, "410 of 802", _GREY, 0.902, 0.978),
    Peer(_FER, "410 of 802", _SMALL, 0.697, 0.843),
    Peer(_FACE_API, "410 of 802", _SMALL, 0.618, 0.697),
    Peer(_FER, "802", _GREY, 0.907, 0.982),
    Peer(_FACE_API, "802", _GREY, 0.931, 0.986),
    Peer(_FER, "802", _SMALL, 0.712, 0.829),
    Peer(_FACE_API, "802", _SMALL, 0.726, 0.798),
)
