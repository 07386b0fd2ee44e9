"""The fake camera's video."""

from __future__ import annotations

import io
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from happysad.experiments.end_to_end.fake_camera import (
    HEIGHT,
    RATE,
    WIDTH,
    clear_face,
    scene,
    write_camera,
)
from happysad.pipeline.estimators.fitted_model import predict_p_happy
from happysad.pipeline.model_files.model_file import load_model


def test_a_face_in_turn_each_for_its_time(tmp_path):
    file = write_camera(tmp_path / "camera.mjpeg", seconds=0.2)
    frames = [b"\xff\xd8" + part for part in file.read_bytes().split(b"\xff\xd8")[1:]]
    assert len(frames) == 2 * round(0.2 * RATE)
    shown = [np.asarray(Image.open(io.BytesIO(frame))) for frame in frames]
    assert {frame.shape for frame in shown} == {(HEIGHT, WIDTH, 3)}
    changes = [np.abs(a.astype(int) - b).mean() for a, b in pairwise(shown)]
    assert int(np.argmax(changes)) == len(frames) // 2 - 1  # where the face changes


@pytest.mark.slow
def test_the_shipped_models_do_not_doubt_the_faces():
    pictures = [scene([clear_face(label)]) for label in ("happy", "sad")]
    for name in ("stack", "texture-svm"):
        happy, sad = predict_p_happy(load_model(name), pictures)
        assert happy > 0.95 > 0.05 > sad, name


def test_two_faces_stand_side_by_side():
    face = clear_face("happy", 100)
    picture = scene([face, face], width=400)
    assert picture.shape == (HEIGHT, 400, 3)
    assert (picture[:, :200] == picture[:, 200:]).all()
    assert (scene([], width=400) == 150).all()
