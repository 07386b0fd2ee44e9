"""The command line as a whole, on data as it lies about on disks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from PIL import Image

from happysad.cli import EXPERIMENTS, main
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.utils.image_decoding import read_image

COMMANDS = [
    "audit", "compare", "demo", "experiment", "explain", "export", "models", "predict", "serve",
    "train", "video", "webcam",
]  # fmt: skip


def test_help_names_every_command(happysad):
    text = happysad("--help").stdout
    assert all(f"  {name} " in text for name in COMMANDS)
    assert happysad("-h").stdout == text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(happysad, name):
    text = happysad(name, "--help").stdout
    assert text.startswith(f"Usage: main {name}")
    assert len(text.splitlines()[2]) > 20


def test_every_experiment_is_a_subcommand(happysad):
    text = happysad("experiment", "--help").stdout
    for name in EXPERIMENTS:
        assert f"  {name} " in text
        script = f"python experiments/{name.replace('-', '_')}.py"
        own = happysad("experiment", name, "--help").stdout
        assert f"happysad experiment {name} " in own, name
        assert script in own, name
    assert CliRunner().invoke(main, ["experiment", "no-such"]).exit_code == 2


def test_the_nearest_command_is_offered():
    for words, near in (
        (["predcit"], "predict"),
        (["robustnes"], "experiment robustness"),
        (["experiment", "ablaton"], "ablation"),
    ):
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 2
        assert f"Did you mean '{near}'?" in result.output
    assert "Did you mean" not in CliRunner().invoke(main, ["xyz"]).output


@pytest.mark.parametrize(
    "name", ["audit", "demo", "explain", "export", "predict", "train", "video"]
)
def test_a_bare_command_shows_its_help(name):
    result = CliRunner().invoke(main, [name])
    assert result.exit_code == 2
    assert "Examples:" in result.output


def completed(*words):
    """What bash would be offered for the last word: kind and text."""
    environment = {
        "_HAPPYSAD_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["happysad", *words]),
        "COMP_CWORD": str(len(words)),
    }
    result = CliRunner().invoke(main, env=environment, prog_name="happysad")
    return result.output.split()


def test_shells_complete_commands_options_and_files():
    assert completed("pre") == ["plain,predict"]
    assert completed("compare", "--bal") == ["plain,--balance"]
    assert completed("experiment", "abl") == ["plain,ablation"]
    assert completed("predict", "ph") == ["file,ph"]
    assert completed("train", "--data", "ph") == ["file,ph"]


@pytest.mark.process
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_no_encoding_of_the_output_ends_in_a_traceback(encoding, photo, model_file, tmp_path):
    folder = tmp_path / "schön, 漢"
    folder.mkdir()
    (folder / "ß€.jpg").write_bytes(photo.read_bytes())
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    program = [sys.executable, "-m", "happysad"]
    for words in (["models"], ["--help"], ["predict", "--model", model_file, folder]):
        done = subprocess.run([*program, *words], env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
        done.stdout.decode(encoding)


def test_version(happysad):
    assert "version" in happysad("--version").stdout


def test_the_console_script_is_installed():
    script = Path(sys.executable).with_name("happysad")
    if not script.exists():
        pytest.skip("the tests run on a Python that happysad is not installed in")
    done = subprocess.run([script, "compare", "--data", "/nowhere"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "happysad: /nowhere does not exist: give a folder, a CSV file or the word demo"
    ]


@pytest.fixture
def messy(tmp_path) -> Path:
    """Faces in every form and state, below a path with blanks and umlauts."""
    home = tmp_path / "Gesichter, schön & bunt"
    images, labels = make_demo_faces(44, random_state=11)
    happy, sad = (list(images[labels == label]) for label in ("happy", "sad"))
    for folder, faces in (("Happy", happy[:12]), ("sadness", sad[:12]), ("neutral", sad[12:14])):
        (home / folder).mkdir(parents=True)
        for number, face in enumerate(faces):
            Image.fromarray(face).save(home / folder / f"Bild {number} ä.png")
    odd = home / "Happy"
    gray = [Image.fromarray(face) for face in happy[12:20]]
    gray[0].convert("RGBA").save(odd / "rgba.png")
    Image.fromarray(happy[13].astype(np.uint16) * 257).save(odd / "16 bit.png")
    gray[2].convert("CMYK").save(odd / "cmyk.jpg", quality=95)
    exif = Image.Exif()
    exif[0x0112] = 6
    gray[3].rotate(90, expand=True).save(odd / "turned.jpg", exif=exif, quality=95)
    gray[4].save(odd / "cut.jpg")
    (odd / "cut.jpg").write_bytes((odd / "cut.jpg").read_bytes()[:1200])
    (odd / "empty.jpg").touch()
    (odd / "notes.txt").write_text("no image")
    for name, face in zip(("rgba.png", "16 bit.png", "cmyk.jpg", "turned.jpg"), happy[12:16],
                          strict=True):  # fmt: skip
        pixels = read_image(odd / name).astype(float)
        pixels = pixels.mean(axis=2) if pixels.ndim == 3 else pixels
        assert np.abs(pixels - face).mean() < 6, name
    return home


def test_a_messy_folder_is_read_and_what_is_left_out_is_named(happysad, messy, tmp_path):
    out = tmp_path / "Läufe" / "mein Lauf"
    words = ("--data", messy, "--models", "dummy,pixels-logreg", "--folds", 0, "--jobs", 1)
    result = happysad("compare", *words, "--out", out)
    notes = result.stderr.splitlines()
    for said, names in (
        ("2 images of other classes left out", ["neutral (2)"]),
        ("2 unreadable images left out", ["Happy/cut.jpg", "Happy/empty.jpg"]),
        ("1 non-image file left out", ["Happy/notes.txt"]),
        ("cut into train, val and test", ["with seed 0"]),
    ):
        (line,) = [note for note in notes if said in note]
        assert all(name in line for name in names), line
    assert json.loads((out / "run.json").read_text("utf-8"))["notes"] == [
        note for note in notes if "left out" in note or "cut into" in note
    ]
    rows = pd.read_csv(out / "results.csv")
    assert set(rows["status"]) == {"ok"}
    one = rows[rows["model"] == "dummy"].set_index("split")
    # 12 and 12 faces, and the four odd ones that can be read.
    assert one["n_train"].iloc[0] + one["n_test"].sum() == 28
    predictions = pd.read_csv(out / "predictions.csv")
    assert len(predictions) == 2 * one["n_test"].sum()
    assert predictions["image"].str.startswith(str(messy)).all()
    assert str(out) in result.stdout


def test_every_odd_picture_gets_an_answer(messy, model_file, tmp_path):
    file = tmp_path / "answers.csv"
    words = ["--model", model_file, messy / "Happy", "--crops", "--csv", file]
    result = CliRunner().invoke(main, ["predict", *map(str, words)])
    assert result.exit_code == 1  # two cannot be read
    rows = pd.read_csv(file)
    rows["name"] = rows["image"].map(lambda path: Path(path).name)
    rows = rows.set_index("name")
    assert list(rows.index[rows["status"] == "unreadable"]) == ["cut.jpg", "empty.jpg"]
    assert "notes.txt" not in rows.index
    assert rows.loc[["rgba.png", "16 bit.png", "cmyk.jpg", "turned.jpg"], "p_happy"].notna().all()
