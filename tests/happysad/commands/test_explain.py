"""``happysad explain``."""

from __future__ import annotations

import pytest
from PIL import Image
from skimage.data import coffee


@pytest.fixture
def told(happysad, model_file, photo, tmp_path):
    out = tmp_path / "new" / "why.png"
    return happysad("explain", "--model", model_file, photo, "--out", out).stdout.splitlines(), out


@pytest.mark.slow
def test_a_table_and_a_picture(told, photo):
    lines, out = told
    assert lines[0].startswith(f"{photo}: happy 0.")
    assert lines[1].split() == ["speaks", "for", "by", "what", "value", "typical"]
    assert len(lines) == 2 + 12 + 2
    for line in lines[2:14]:
        side, effect = line.split()[:2]
        assert (float(effect) >= 0) == (side == "happy")
    assert any("mouth" in line for line in lines[2:14])
    assert lines[-1] == f"written to {out}"
    with Image.open(out) as picture:
        assert picture.size == (1300, 884)


@pytest.mark.slow
def test_tight_crops(happysad, model_file, demo_data, tmp_path):
    face = sorted((demo_data / "test" / "sad").iterdir())[0]
    words = ("explain", "--model", model_file, face, "--crops", "--out", tmp_path / "why.png")
    assert "no face found" not in happysad(*words, "--min-score", 0.1).stdout
    assert (tmp_path / "why.png").is_file()
    assert " (no face found)\n" in happysad(*words, "--min-score", 1).stdout


def test_mistakes_are_one_sentence(refused, model_file, photo, tmp_path):
    out = ("--out", tmp_path / "why.png")
    text, cup = tmp_path / "text.jpg", tmp_path / "cup.png"
    text.write_text("no picture")
    Image.fromarray(coffee()).save(cup)
    assert "text.jpg: it is not an image" in refused("explain", "--model", model_file, text, *out)
    assert "no face found in" in refused("explain", "--model", model_file, cup, *out)
    assert "add --crops" in refused("explain", "--model", model_file, cup, *out)
    told = refused("explain", "--model", model_file, photo, "--min-score", 2, *out)
    assert "from 0.1 to 1, not 2" in told
    told = refused("explain", "--model", model_file, photo, "--min-face", 0, *out)
    assert "pixels from 1 on, not 0" in told
    assert "there is 1 face" in refused("explain", "--model", model_file, photo, "--face", 3, *out)
    assert "cannot read the image" in refused("explain", "--model", model_file, tmp_path, *out)
    assert "cannot read" in refused("explain", "--model", model_file, tmp_path / "no.jpg", *out)
    assert "no model file" in refused("explain", "--model", tmp_path / "no.joblib", photo, *out)
    assert "has no card" in refused("explain", "--model", text, photo, *out)
    assert not out[1].exists()


def test_places_that_cannot_be_written(refused, model_file, photo, tmp_path):
    assert "ends in .png" in refused(
        "explain", "--model", model_file, photo, "--out", tmp_path / "why.txt"
    )
    (tmp_path / "file").write_text("mine")
    told = refused("explain", "--model", model_file, photo, "--out", tmp_path / "file" / "why.png")
    assert "cannot write the picture" in told


@pytest.mark.slow
def test_without_a_name_the_shipped_model_is_asked(happysad, photo, tmp_path):
    from happysad.pipeline.evaluation.abstention import confidence_text
    from happysad.pipeline.model_files.model_file import load_model

    told = happysad("explain", photo, "--out", tmp_path / "why.png").stdout
    p_happy = load_model("stack").predict_proba([photo])[0, 0]
    assert told.startswith(f"{photo}: happy {confidence_text('happy', p_happy)}\n")


def test_other_than_one_photo_is_one_sentence(refused, model_file, photo):
    told = refused("explain", model_file, photo)
    assert told.endswith(f"say happysad explain --model {model_file} {photo}")
    assert "takes one photo, and 2 were given" in refused("explain", photo, photo)
