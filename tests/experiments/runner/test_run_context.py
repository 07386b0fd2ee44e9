"""What the fits of a run share."""

from __future__ import annotations

import pytest

from happysad.experiments.runner.run_context import RunContext, align_images, feature_cache_folder
from happysad.pipeline.models.registry import make_model
from happysad.utils.console import silent
from happysad.utils.feature_cache import cache_dir


def test_features_are_in_the_cache_or_gone_after_the_block():
    with feature_cache_folder() as folder:
        assert folder == cache_dir() / "features"
    with feature_cache_folder(use_cache=False) as folder:
        assert folder.is_dir()
        assert not folder.is_relative_to(cache_dir())
    assert not folder.exists()


def test_without_a_folder_nothing_can_be_recorded(data, tmp_path):
    with pytest.raises(ValueError, match="no folder"):
        _ = RunContext(None, data.frame, tmp_path, 1, silent).run


def test_a_face_for_each_row(data):
    frame = data.frame.iloc[:3]
    faces = align_images(make_model("dummy")[0], frame)
    assert len(faces) == 3
