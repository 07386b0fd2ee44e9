"""``FaceTracker``: faces followed through the frames of a video, each with its p(happy)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from happysad.features.faces.detector import Detection
from happysad.features.faces.face_batch import Faces
from happysad.pipeline.estimators.fitted_model import check_model, predict_p_happy
from happysad.pipeline.evaluation.abstention import RejectBand
from happysad.pipeline.prediction.predict_faces import HALF, check_search, search_options
from happysad.pipeline.tracking.face_history import MIN_OVERLAP, SAME_APPEARANCE, FaceHistory, match
from happysad.pipeline.tracking.observation import (
    KNOWN_FACE_SCORE,
    FaceObservation,
    FaceSearch,
    Frame,
    overlap,
)
from happysad.utils.image_decoding import read_image

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

CONFIRMED_SCORE = 0.8
"""Score from which a new face is confirmed; one of a lower score must be seen in the next frame,
too, so that the scores sum to this. False alarms are seen once."""

FORGET_S, HIDDEN_S = 0.5, 3.0
"""Seconds after which a face that is not seen is given up: where no other face hides it, and where
one does for most of that time."""


@dataclass(frozen=True)
class TrackedFace:
    """One face in one frame."""

    track: int  # the same for the same face, from 1 in order of first sight; never given twice
    box: tuple[int, int, int, int]  # left, top, right, bottom in the frame, the last two exclusive
    p_happy: float  # smoothed in time
    p_raw: float  # of this frame alone; NaN where the detector missed the face
    label: str  # "happy", "sad" or "unsure", by ``p_happy``


class FaceTracker:
    """Follows faces from frame to frame at a fraction of what finding them anew would cost.

    Known faces are searched for in a window around the place where they should be by now, the
    whole frame only now and then and as soon as a known face is missing. A face is found where one
    was at a lower score than a new one elsewhere (Zhang et al. 2022). Detections are matched with
    tracks by overlap (Bewley et al. 2016) and by appearance (Wojke et al. 2017: here the
    correlation of the aligned crops), so that faces that cross keep their numbers. Where the
    detector misses a face for a moment, it is followed by its eyes. The probability is smoothed
    on the log-odds. All times are of the video, so that the frame rate does not matter.

    Parameters
    ----------
    model : Pipeline
        A fitted model, as ``load_model`` gives it.
    band : RejectBand, optional
        Where to say "unsure"; without it, happy from 0.5 upwards.
    smoothing_s : float
        Time constant of the smoothing in seconds.
    min_score : float
        Lowest score of the detector that counts as a new face, from 0.1 to 1; without, the
        model's.
    min_face : float
        Pixels of the smallest new face to look for; without, the model's.

    Raises
    ------
    UserError
        It is no model (see ``check_model``), or ``min_score`` or ``min_face`` is out of its range.

    References
    ----------
    A. Bewley et al.: Simple online and realtime tracking. ICIP 2016.
    N. Wojke, A. Bewley, D. Paulus: Simple online and realtime tracking with a deep association
    metric. ICIP 2017.
    Y. Zhang et al.: ByteTrack: multi-object tracking by associating every detection box. ECCV 2022.

    Examples
    --------
    >>> from happysad import load_model
    >>> from skimage.data import astronaut
    >>> tracker = FaceTracker(load_model("texture-svm"))
    >>> for seconds in (0.0, 0.04):
    ...     (face,) = tracker.update(astronaut(), seconds)
    ...     print(face.track, face.label)
    1 happy
    1 happy
    """

    def __init__(
        self,
        model: Pipeline,
        band: RejectBand | None = None,
        smoothing_s: float = 0.4,
        min_score: float | None = None,
        min_face: float | None = None,
    ) -> None:
        check_model(model)
        check_search(min_score, min_face)
        self.model = model
        self.band = band or HALF
        self.smoothing_s = smoothing_s
        self.min_score, self.min_face = search_options(model, min_score, min_face)
        self.n_tracks_ = 0
        self._tracks: list[FaceHistory] = []
        self._search = FaceSearch(self.min_score, self.min_face)

    def update(self, frame: NDArray[np.uint8], seconds: float) -> list[TrackedFace]:
        """The faces of the next frame, by track.

        Parameters
        ----------
        frame : (H, W, 3) RGB or (H, W) grey, uint8
        seconds : float
            Its time; not before that of the frame before it.

        Returns
        -------
        list of TrackedFace
            Those that are seen; their boxes are steadier than the detector's.

        Raises
        ------
        ImageError
            The frame is no such array.
        """
        now = Frame(read_image(np.asarray(frame)), self.model.named_steps["faces"])
        for track in self._tracks:
            track.predict(seconds)
        found = self._search.find(now.gray, [track.box for track in self._tracks], seconds)
        self._follow(now, [now.observe(detection) for detection in found], seconds)
        self._tracks = [track for track in self._tracks if self._is_kept(track, seconds)]
        shown = [track for track in self._tracks if track.number and track.last_seen == seconds]
        shown.sort(key=lambda track: track.number)
        return [self._tracked_face(track, now.gray.shape) for track in shown]

    def _follow(self, now: Frame, observations: Sequence[FaceObservation], seconds: float) -> None:
        """Bring the tracks up to now."""
        pairs = [
            (track, seen)
            for track, seen in match(self._tracks, observations)
            if track.number or seen.detection.score >= self.min_score
        ]
        for track, seen in pairs:
            track.update(seen, seconds)
        self._follow_missed(now, [track for track, _ in pairs], seconds)
        known = {id(seen) for _, seen in pairs}
        for seen in observations:
            if id(seen) not in known and self._is_new(seen, seconds):
                pairs.append((FaceHistory(seen, seconds, self.smoothing_s), seen))
                self._tracks.append(pairs[-1][0])
        for track, _ in pairs:
            if not track.number and track.evidence >= CONFIRMED_SCORE:
                self.n_tracks_ += 1
                track.number = self.n_tracks_
        if pairs:
            faces = Faces.concatenate([seen.face for _, seen in pairs])
            p_happy = predict_p_happy(self.model[1:], faces).tolist()
            for (track, _), p in zip(pairs, p_happy, strict=True):
                track.add_p_happy(seconds, p)

    def _follow_missed(self, now: Frame, found: Sequence[FaceHistory], seconds: float) -> None:
        """Follow by the eyes what the detector missed and still looks like itself."""
        for track in self._tracks:
            if track in found or not track.number:
                continue
            if any(overlap(track.box, other.box) > MIN_OVERLAP for other in found):
                track.last_explained = seconds
                continue
            seen = now.observe(Detection(track.box, KNOWN_FACE_SCORE))
            if float(seen.appearance @ track.appearance) >= SAME_APPEARANCE:
                track.follow_eyes(seen, seconds)

    def _is_new(self, seen: FaceObservation, seconds: float) -> bool:
        """Whether an observation without a track is another face, of a score high enough."""
        there = [track for track in self._tracks if track.last_seen == seconds]
        apart = all(overlap(track.box, seen.detection.box) < MIN_OVERLAP for track in there)
        return apart and seen.detection.score >= self.min_score

    def _is_kept(self, track: FaceHistory, seconds: float) -> bool:
        """Whether to search for it in the next frame: unless confirmed, it must be seen in each."""
        if not track.number:
            return track.last_seen == seconds
        lost, unexplained = seconds - track.last_seen, seconds - track.last_explained
        return unexplained <= FORGET_S and lost <= HIDDEN_S

    def _tracked_face(self, track: FaceHistory, shape: tuple[int, ...]) -> TrackedFace:
        left, top, right, bottom = map(round, track.box)
        box = max(0, left), max(0, top), min(shape[1], right), min(shape[0], bottom)
        p = track.smoother.p_
        return TrackedFace(track.number, box, p, track.p_raw, str(self.band.predict(p)))
