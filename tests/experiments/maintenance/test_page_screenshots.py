"""Pictures of the page."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from happysad.experiments.end_to_end.browser import missing
from happysad.experiments.maintenance.page_screenshots import take_pictures
from happysad.utils.errors import UserError


@pytest.mark.browser
def test_pictures_of_the_whole_page_light_and_dark(tmp_path):
    if absent := missing():
        pytest.skip(f"the page cannot be tried here, not found: {absent}")
    files = take_pictures(tmp_path / "new", views=["start"], widths=[360])
    assert [file.name for file in files] == ["start-360-light.png", "start-360-dark.png"]
    light, dark = (np.asarray(Image.open(file).convert("L")) for file in files)
    assert light.shape == dark.shape
    assert light.shape[1] == 360
    assert light.shape[0] > 740  # to its end, below the screen's
    assert np.median(light) > 200 > 50 > np.median(dark)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UserError, match="cannot make the folder"):
        take_pictures(tmp_path / "file" / "pictures")
