"""The picture of the pipeline at work."""

from __future__ import annotations

import numpy as np
from PIL import Image

from happysad.experiments.draw_pipeline import draw_pipeline
from happysad.pipeline.demo_faces import make_demo_faces


class _Model:
    def predict_proba(self, images):
        return np.array([[0.75, 0.25]] * len(images))


def test_a_row_for_each_face_and_five_stages(tmp_path):
    images, _ = make_demo_faces(2, random_state=0)
    figure = draw_pipeline(_Model(), list(images))
    assert len(figure.axes) == 10
    assert [t.get_text() for t in figure.axes[4].texts] == ["happy 0.75", "sad 0.25"]
    figure.savefig(tmp_path / "picture.png")
    assert np.asarray(Image.open(tmp_path / "picture.png").convert("L")).std() > 20
