"""Recipe files: written, read, used wherever a name is."""

from __future__ import annotations

import pytest

from happysad.pipeline.models.registry import find_recipe, make_model
from happysad.pipeline.models.toml_recipe import read_recipe_file, write_recipe_file
from happysad.utils.errors import UserError

SETTINGS = {"classifier__estimator__C": 3.5, "features__hog__extract__signed": False}


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "better.toml"
    summary = 'SVM on HOG, "tuned" \\ more'
    write_recipe_file(path, "hog-svm", SETTINGS, summary, "found by a search\non Training")
    assert read_recipe_file(path) == ("hog-svm", summary, SETTINGS)
    assert path.read_text("utf-8").startswith("# found by a search\n# on Training\n")
    assert list(tmp_path.iterdir()) == [path]


def test_it_is_a_model(tmp_path):
    path = tmp_path / "better.toml"
    write_recipe_file(path, "hog-svm", SETTINGS, "better")
    model = make_model(str(path))
    assert model[-1].estimator.C == 3.5
    assert model["features"]["hog"]["extract"].signed is False
    assert find_recipe(str(path)).summary == "better"
    assert make_model(f"{path}+oversample")[-1].estimator.C == 3.5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("base = ", "is not TOML"),
        ('bass = "hog-svm"', "unknown key 'bass'"),
        ("base = 3", 'needs base = "NAME"'),
        ('base = "hog-svn"', "did you mean hog-svm"),
        ('base = "other.toml"', "base is the name of a recipe, not a file"),
        ('base = "hog-svm"\n[parameters]\nC = 3', "no parameter 'C'"),
        ('base = "hog-svm"\n[parameters.a]\nC = 3', "parameter a is a table"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_the_file(tmp_path, text, words):
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(UserError) as raised:
        find_recipe(str(path))
    assert words in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="cannot read the recipe"):
        find_recipe(str(tmp_path / "none.toml"))
