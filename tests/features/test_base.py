from dataclasses import replace

import numpy as np
import pytest

from happysad.features.base import _BATCH, _CHUNK, FaceFeature
from happysad.features.faces.face_batch import Faces
from happysad.utils.feature_cache import FeatureCache, use_feature_cache
from happysad.utils.progress import listen


class Brightness(FaceFeature):
    """Mean grey of the crop: the least extractor there can be; remembers its batches."""

    def __init__(self, gain=1.0):
        self.gain = gain

    def _extract(self, faces):
        self.batches = [*getattr(self, "batches", []), len(faces)]
        return faces.crops.mean(axis=(1, 2), dtype=np.float32)[:, None] * np.float32(self.gain)

    def _names(self, size):
        if size < 8:
            raise ValueError("too small")
        return [f"brightness_of_{size}"]


@pytest.fixture
def many(as_faces):
    """More faces than are computed at once, and than are stored at once."""
    crops = np.random.default_rng(0).integers(0, 256, (_CHUNK + 5, 8, 8), dtype=np.uint8)
    return replace(as_faces(crops), keys=np.array([f"{i:064x}" for i in range(len(crops))]))


def test_features_of_a_long_batch_are_computed_in_parts_and_in_order(many):
    extractor = Brightness()
    rows = extractor.transform(many)
    np.testing.assert_allclose(rows[:, 0], many.crops.mean(axis=(1, 2)), atol=1e-3)
    assert max(extractor.batches) == _BATCH
    assert sum(extractor.batches) == len(many)


def test_progress_is_reported_up_to_the_end(many):
    reports = []
    with listen(lambda *what: reports.append(what)):
        Brightness().transform(many)
    what = "extracting features: Brightness"
    assert reports == [(what, _CHUNK, len(many)), (what, len(many), len(many))]


def test_nothing_is_computed_of_an_empty_batch():
    extractor = Brightness()
    assert extractor.transform(Faces.empty(16)).shape == (0, 1)
    assert not hasattr(extractor, "batches")


def test_fit_checks_the_settings_and_keeps_the_size_for_the_names(many):
    with pytest.raises(ValueError, match="too small"):
        Brightness().fit(Faces.empty(4))
    assert Brightness().get_feature_names_out().tolist() == ["brightness_of_96"]
    assert Brightness().fit(many).get_feature_names_out().tolist() == ["brightness_of_8"]


def test_what_are_no_faces_is_named_with_what_to_do():
    for wrong in (np.zeros((3, 96, 96), np.uint8), ["a.png"], None):
        kind = type(wrong).__name__
        message = f"Brightness takes Faces, not {kind}: put a FaceAligner before it"
        for method in ("fit", "transform", "fit_transform"):
            with pytest.raises(TypeError, match=message):
                getattr(Brightness(), method)(wrong)


def test_stored_rows_are_read_and_only_new_ones_computed(many, tmp_path):
    with use_feature_cache(FeatureCache(tmp_path)):
        Brightness().transform(many[:10])
        extractor = Brightness()
        rows = extractor.transform(many[:15])
    assert extractor.batches == [5]
    np.testing.assert_array_equal(rows, Brightness().transform(many[:15]))


def test_faces_without_keys_are_not_stored(many, as_faces, tmp_path):
    extractor = Brightness()
    with use_feature_cache(FeatureCache(tmp_path)):
        for _ in range(2):
            extractor.transform(as_faces(many.crops[:3]))
    assert extractor.batches == [3, 3]


def test_settings_and_version_have_caches_of_their_own(many, tmp_path, monkeypatch):
    with use_feature_cache(FeatureCache(tmp_path)):
        usual = Brightness().transform(many[:3])
        np.testing.assert_allclose(Brightness(gain=2.0).transform(many[:3]), 2 * usual)
        monkeypatch.setattr(Brightness, "version", 2)
        newer = Brightness()
        newer.transform(many[:3])
    assert newer.batches == [3]
    assert len(list(tmp_path.glob("brightness-v*.sqlite"))) == 3


def test_equal_settings_share_a_cache():
    assert Brightness(2.0).cache_name() == Brightness().set_params(gain=2.0).cache_name()
    assert Brightness(2.0).cache_name() != Brightness(2.5).cache_name()
