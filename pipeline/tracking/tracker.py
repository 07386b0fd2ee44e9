"""``FaceTracker``: faces followed through the frames of a video, and what a model says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from happysad.features.faces.detector import Detection
from happysad.features.faces.face_batch import Faces
from happysad.pipeline.estimators.check_model import check_model
from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.prediction.predict_faces import check_min_score, predict_p_happy
from happysad.pipeline.tracking.association import KNOWN_FACE, FaceAssociation, overlap
from happysad.pipeline.tracking.face_history import ALIKE, TOUCHING, FaceHistory, matched
from happysad.pipeline.tracking.observation import Frame, FrameObservation
from happysad.utils.image_decoding import read_image

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

CERTAIN_FACE = 0.8
"""Score from which a new face is believed; one of a lower score must be seen in the next frame,
too, so that the scores sum to this. False alarms are seen once."""


@dataclass(frozen=True)
class TrackedFace:
    """One face in one frame.

    Attributes
    ----------
    track : int
        The same for the same face, from 1 in order of first sight; never given twice.
    box : (left, top, right, bottom)
        In pixels of the frame, right and bottom exclusive; steadier than the detector's.
    p_happy : float
        Smoothed in time.
    p_raw : float
        Of this frame alone; NaN where the detector missed the face and its eyes were followed.
    label : {"happy", "sad", "unsure"}
        By ``p_happy``.
    """

    track: int
    box: tuple[int, int, int, int]
    p_happy: float
    p_raw: float
    label: str


class FaceTracker:
    """Follows faces from frame to frame at a fraction of what finding them anew would cost.

    Known faces are looked for in a window around the place where they should be by now. The
    whole frame is searched only now and then, and again as soon as a known face is missing. A
    face is found where one was at a lower score than a new one elsewhere (Zhang et al. 2022).
    Sights are matched with tracks by overlap (Bewley et al. 2016) and by looks (Wojke et al.
    2017: here the correlation of the aligned crops), so that faces that cross keep their
    numbers. Where the detector misses a face for a moment, it is followed by its eyes as long
    as it looks like itself. The probability is smoothed on the log-odds. All times are of the
    video, so that the rate of frames does not matter.

    Parameters
    ----------
    model : Pipeline
        A fitted model, as ``load_model`` gives it.
    band : RejectBand, optional
        Where to say "unsure"; without it, happy from 0.5 on.
    smoothing_s : float
        Time constant of the smoothing in seconds.
    search_s : float
        Seconds between two searches of the whole frame.
    forget_s : float
        Seconds after which a face that is not seen is given up.
    hidden_s : float
        The same where another face is before it for most of that time.
    min_score : float
        Lowest score of the detector that counts as a new face, from 0.1 to 1; without, the
        model's.

    Raises
    ------
    UserError
        The model is none (see ``check_model``), or ``min_score`` is out of its range.

    References
    ----------
    A. Bewley et al.: Simple online and realtime tracking. ICIP 2016.
    N. Wojke, A. Bewley, D. Paulus: Simple online and realtime tracking with a deep association
    metric. ICIP 2017.
    Y. Zhang et al.: ByteTrack: multi-object tracking by associating every detection box. ECCV 2022.
    """

    def __init__(
        self,
        model: Pipeline,
        band: RejectBand | None = None,
        smoothing_s: float = 0.4,
        search_s: float = 0.5,
        forget_s: float = 0.5,
        hidden_s: float = 3.0,
        min_score: float | None = None,
    ) -> None:
        check_model(model)
        check_min_score(min_score)
        self.model = model
        self.band = band
        self.smoothing_s = smoothing_s
        self.forget_s = forget_s
        self.hidden_s = hidden_s
        self.min_score = model.named_steps["faces"].min_score if min_score is None else min_score
        self.n_tracks_ = 0
        self._tracks: list[FaceHistory] = []
        self._search = FaceAssociation(search_s, self.min_score)

    def update(self, frame: NDArray[np.uint8], seconds: float) -> list[TrackedFace]:
        """The faces of the next frame, by track.

        Parameters
        ----------
        frame : (H, W, 3) RGB or (H, W) grey, uint8
        seconds : float
            Its time; not before that of the frame before it.

        Raises
        ------
        ImageError
            The frame is no such array.
        """
        frame = read_image(np.asarray(frame))
        now = Frame(frame, self.model.named_steps["faces"])
        for track in self._tracks:
            track.expect(seconds)
        found = self._search.faces(now.gray, [track.box for track in self._tracks], seconds)
        sights = [now.sight(detection) for detection in found]
        self._follow(now, sights, seconds)
        self._tracks = [track for track in self._tracks if self._is_kept(track, seconds)]
        shown = [track for track in self._tracks if track.number and track.last == seconds]
        return [self._answer(t, now.gray.shape) for t in sorted(shown, key=lambda t: t.number)]

    def _follow(self, now: Frame, sights: Sequence[FrameObservation], seconds: float) -> None:
        """Bring the tracks up to now."""
        pairs = [
            (track, sight)
            for track, sight in matched(self._tracks, sights)
            if track.number or sight.detection.score >= self.min_score
        ]
        for track, sight in pairs:
            track.see(sight, seconds)
        self._carry(now, [track for track, _ in pairs], seconds)
        known = {id(sight) for _, sight in pairs}
        for sight in sights:
            if id(sight) not in known and self._is_new(sight, seconds):
                pairs.append((FaceHistory(sight, seconds, self.smoothing_s), sight))
                self._tracks.append(pairs[-1][0])
        for track, _ in pairs:
            if not track.number and track.evidence >= CERTAIN_FACE:
                self.n_tracks_ += 1
                track.number = self.n_tracks_
        self._ask(pairs, seconds)

    def _carry(self, now: Frame, found: Sequence[FaceHistory], seconds: float) -> None:
        """Follow by the eyes what the detector missed and still looks like itself."""
        for track in self._tracks:
            if track in found or not track.number:
                continue
            if any(overlap(track.box, other.box) > TOUCHING for other in found):
                track.excused = seconds
                continue
            sight = now.sight(Detection(track.box, KNOWN_FACE))
            if float(sight.look @ track.look) >= ALIKE:
                track.carry(sight, seconds)

    def _is_new(self, sight: FrameObservation, seconds: float) -> bool:
        """Whether a sight that no track claims is another face, and sure enough to be one."""
        there = [track for track in self._tracks if track.last == seconds]
        apart = all(overlap(track.box, sight.detection.box) < TOUCHING for track in there)
        return apart and sight.detection.score >= self.min_score

    def _ask(self, pairs: Sequence[tuple[FaceHistory, FrameObservation]], seconds: float) -> None:
        """What the model says of all faces of this frame, at once."""
        if not pairs:
            return
        p_happy = predict_p_happy(self.model, Faces.concatenate([sight.face for _, sight in pairs]))
        for (track, _), p in zip(pairs, p_happy.tolist(), strict=True):
            track.ask(seconds, p)

    def _is_kept(self, track: FaceHistory, seconds: float) -> bool:
        """Whether to look for it in the next frame: one that is uncertain must be seen in each."""
        if not track.number:
            return track.last == seconds
        lost, missed = seconds - track.last, seconds - track.excused
        return missed <= self.forget_s and lost <= self.hidden_s

    def _answer(self, track: FaceHistory, shape: tuple[int, ...]) -> TrackedFace:
        left, top, right, bottom = map(round, track.box)
        box = max(0, left), max(0, top), min(shape[1], right), min(shape[0], bottom)
        p = track.smoother.p_
        label = str(self.band.answer(p)) if self.band else ("happy" if p >= 0.5 else "sad")
        return TrackedFace(track.number, box, p, track.p_raw, label)
