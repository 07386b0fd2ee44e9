"""Groups of features: every column is in one, and in the right one."""

from __future__ import annotations

import numpy as np

from happysad.experiments.attribution.feature_groups import feature_groups
from happysad.features.hog import Hog
from happysad.features.landmarks import EXPRESSIONS, LandmarkGeometry
from happysad.features.lbp import Lbp
from happysad.features.pixels import Pixels
from happysad.features.visual_words import VisualWords


def names_of(extractor, group):
    names = np.array(extractor._names(96))
    return {str(name) for name in names[feature_groups(extractor, 96)[group]]}


def test_every_column_is_in_a_group_and_in_all():
    for extractor in (
        Hog(cell=8), Hog(), Lbp(overlap=True), LandmarkGeometry(), VisualWords(), Pixels(24)
    ):  # fmt: skip
        groups = feature_groups(extractor, 96)
        n = len(extractor._names(96))
        assert list(groups)[-1] == "all", extractor
        assert list(groups.pop("all")) == list(range(n)), extractor
        assert set(np.concatenate(list(groups.values())).tolist()) == set(range(n)), extractor


def test_textures_are_cut_by_the_height_of_the_cell():
    assert list(feature_groups(Hog(cell=8), 96)) == ["brows", "eyes", "nose", "mouth", "all"]
    hog = Hog(cell=8)  # 12 rows of cells; their centres lie at 0.04, 0.125, 0.21, 0.29, ...
    rows = {name.split("_cell")[1].split(".")[0] for name in names_of(hog, "eyes")}
    assert rows == {"3", "4"}
    lbp = Lbp(overlap=True)
    assert "lbp_cell2.0_pattern0" in names_of(lbp, "eyes")  # 0.3125
    assert "lbp_between2.0_pattern0" in names_of(lbp, "eyes")  # 0.375
    assert "lbp_between1.0_pattern0" in names_of(lbp, "eyes")  # 0.25
    assert "lbp_cell7.0_pattern0" in names_of(lbp, "mouth")
    words = [names_of(VisualWords(), name) for name in ("brows", "eyes", "nose", "mouth")]
    for row, names in enumerate(words):  # at 0.16, 0.39, 0.61 and 0.84
        assert {name[: len("bovw_cell0")] for name in names} == {f"bovw_cell{row}"}
        assert len(names) == 4 * 256


def test_geometry_is_grouped_by_kind_by_measure_and_by_part_of_the_face():
    geometry = LandmarkGeometry()
    groups = feature_groups(geometry, 96)
    assert len(groups["coordinates"]) == 136
    assert len(groups["slopes"]) == 1431
    assert all(len(groups[name]) == 1 for name in EXPRESSIONS)
    mouth = names_of(geometry, "with the mouth")
    assert {"landmark_48_x", "slope_30_54", "mouth_width", "lip_lower_curve"} <= mouth
    assert not {"landmark_40_x", "slope_17_36", "brow_gap"} & mouth
    assert "slope_30_54" in names_of(geometry, "with the nose")
