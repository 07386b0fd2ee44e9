"""The picture of the pipeline at work."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from happysad.experiments.maintenance.pipeline_figure import draw_pipeline, nearest_words
from happysad.features.faces.aligner import FaceAligner
from happysad.pipeline.demo.demo_faces import make_demo_faces


class _Model:
    classes_ = ("happy", "sad")

    def predict_proba(self, images):
        return np.array([[0.75, 0.25]] * len(images))


def test_a_row_for_each_face_and_six_columns(tmp_path):
    images, _ = make_demo_faces(2, random_state=0)
    figure = draw_pipeline(_Model(), list(images))
    assert len(figure.axes) == 12
    assert [t.get_text() for t in figure.axes[5].texts] == ["happy 0.75", "sad 0.25"]
    figure.savefig(tmp_path / "picture.png")
    assert np.asarray(Image.open(tmp_path / "picture.png").convert("L")).std() > 20


def test_a_face_nearest_words_looks_like_the_face():
    face = FaceAligner().transform(list(make_demo_faces(2, random_state=4)[0])).crops[0]
    words, blank = nearest_words(face), nearest_words(np.full((96, 96), 90, np.uint8))
    assert words.shape == (48, 48)
    # Words know no brightness: what is left of the face are its lines.
    lines = cv2.resize(face, (48, 48), interpolation=cv2.INTER_AREA).astype(np.float32)
    lines -= cv2.GaussianBlur(lines, (0, 0), 3)
    assert np.corrcoef(lines.ravel(), words.ravel())[0, 1] > 0.7
    assert np.abs(blank).max() < np.abs(words).max() / 4
