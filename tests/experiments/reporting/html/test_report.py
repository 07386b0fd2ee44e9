"""The page of a run: whole, offline, and with the numbers of the CSV files."""

from __future__ import annotations

import base64
import itertools
import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from happysad.experiments.reporting.figures import style
from happysad.experiments.reporting.html.report import Section, finish, write_report

VOID = {"meta", "img", "br", "link", "hr", "input"}


class Page(HTMLParser):
    """Tags, links, texts of table cells and the outline of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.cells: list[str] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("th", "td"):
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data
        if self.open and self.open[-1] in ("th", "td"):
            self.cells[-1] += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from PIL import Image

    path = tmp_path_factory.mktemp("picture") / "curve.png"
    Image.new("L", (30, 20)).save(path)
    return path


@pytest.fixture
def small_pictures(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One small picture in the place of each figure: drawing takes seconds."""

    def save(figure: object, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(picture.read_bytes())

    monkeypatch.setattr(style, "save", save)


@pytest.fixture(scope="module")
def page(small_run_source: Path, picture: Path, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """Without drawing, which takes seconds: one small picture stands for each figure."""
    from happysad.experiments.reporting.html.run_figures import FIGURES

    folder = shutil.copytree(small_run_source, tmp_path_factory.mktemp("run") / "small-run")
    (folder / "figures").mkdir()
    for name in FIGURES:
        (folder / "figures" / f"{name}.png").write_bytes(picture.read_bytes())
    return Page(write_report(folder))


def test_nothing_comes_from_elsewhere(page: Page):
    for _, attributes in page.tags:
        for name in ("src", "href", "srcset", "data", "action"):
            target = attributes.get(name) or "#"
            beside = target.endswith(".csv") and "/" not in target
            assert beside or target.startswith(("#", "data:image/png;base64,"))
    assert not page.named("script")
    assert not page.named("link")
    assert "default-src 'none'" in str(page.named("meta"))


def test_links_of_the_contents_lead_to_their_sections(page: Page):
    targets = [attributes["id"] for attributes in page.named("section")]
    links = [str(attributes["href"]) for attributes in page.named("a")]
    assert [link for link in links if link.startswith("#")] == [f"#{t}" for t in targets]
    assert len(set(targets)) == len(targets)
    assert len(targets) > 10


def test_pictures_are_whole_and_told_in_words(page: Page, picture: Path):
    images = page.named("img")
    assert len(images) == 10
    for image in images:
        data = str(image["src"]).partition(",")[2]
        assert base64.b64decode(data) == picture.read_bytes()
        assert (image["width"], image["height"]) == ("30", "20")
        assert len(str(image["alt"])) > 30


def test_it_is_made_for_small_screens_and_the_dark(small_run: Path):
    text = write_report(small_run).read_text(encoding="utf-8")
    assert 'name="viewport"' in text
    assert "max-width: 100%" in text
    assert "prefers-color-scheme: dark" in text
    assert text.count('<div class="scroll"') == text.count("<table")
    assert text.count("data-name=") > 50  # a narrow page shows each row below the other


def test_beside_each_figure_is_a_link_to_its_numbers(page: Page, small_run: Path):
    links = [str(a["href"]) for a in page.named("a") if not str(a["href"]).startswith("#")]
    assert len(links) >= len(page.named("img"))
    assert all((small_run / link).exists() for link in links)
    assert {"predictions.csv", "comparisons.csv", "training.csv"} <= set(links)


def test_serious_findings_come_first(small_run: Path):
    facts = json.loads((small_run / "run.json").read_text())
    facts["findings"] = ["a file's height alone tells the label: 0.76"]
    (small_run / "run.json").write_text(json.dumps(facts))
    page = Page(write_report(small_run))
    assert page.named("section")[0]["id"] == "before-you-believe-a-number"
    assert "A file's height alone tells the label: 0.76." in page.text


def test_the_outline_has_no_gaps(page: Page):
    levels = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert page.open == []


def test_numbers_are_those_of_the_csv(page: Page, small_run: Path):
    rows = pd.read_csv(small_run / "results.csv").query("split == 'test' and status == 'ok'")
    for row in rows.to_dict("records"):
        start = page.cells.index(f"{row['model']}{' *' * (row['model'] == 'hog-svm')}")
        line = page.cells[start : start + 11]
        accuracy = row["accuracy"]
        assert line[1] == f"{accuracy:.3f}"
        assert line[2] == f"{accuracy - 0.07:.3f} to {accuracy + 0.06:.3f}"
        assert line[8] == f"{row['roc_auc']:.3f}"
        assert line[9:] == ["1.2", "3.5"]


def test_failures_are_told_and_not_taken_for_html(page: Page):
    assert page.cells[page.cells.index("broken") + 1] == "ValueError: <b>bad</b>"
    assert not page.named("b")


def test_how_to_make_it_again(page: Page):
    assert "Is it so?" in page.text
    assert "A note." in page.text
    assert "happysad compare --data faces" in page.cells
    assert "abc123 with changes that are not committed" in page.cells
    assert page.cells[page.cells.index("version: numpy") + 1] == "2.0"


def test_sections_without_data_are_not_there(small_run: Path):
    for name in ("training", "comparisons", "operating_points", "face_detection", "intervals"):
        (small_run / f"{name}.csv").unlink()
    text = Page(write_report(small_run)).text
    for title in ("chance?", "leaked", "Faces found", "threshold", "Training curves", "Spread"):
        assert title not in text
    assert "Scores" in text


def test_an_empty_folder_gives_a_page(tmp_path: Path):
    page = Page(write_report(tmp_path))
    assert [attributes["id"] for attributes in page.named("section")] == ["glossary"]


def test_other_experiments_bring_their_sections(small_run: Path, picture: Path):
    table = pd.DataFrame({"change": ["blur"], "accuracy": [0.81234], "n_test": [40.0]})
    own = [
        Section("Robustness", "First.\n\nSecond.", picture, table, caption="It falls."),
        Section("Robustness", "Again."),
        Section("Nothing", "", picture.with_name("none.png"), table[:0]),
    ]
    page = Page(write_report(small_run, "How far does it bend?", own))
    assert "How far does it bend?" in page.text
    ids = [attributes["id"] for attributes in page.named("section")]
    assert ids[:5] == ["the-answer", "the-question", "robustness", "robustness--2", "scores"]
    assert {"0.812", "40"} <= set(page.cells)
    assert page.named("img")[0]["alt"] == "Robustness: It falls."
    assert "Nothing" not in page.text


@pytest.mark.slow
def test_tables_figures_and_report_follow_from_two_files(small_run: Path, small_pictures: None):
    for name in ("intervals", "comparisons", "face_detection", "operating_points", "training"):
        (small_run / f"{name}.csv").unlink()
    lines: list[str] = []
    finish(small_run, lines.append, title="Which is best?")
    assert lines == ["intervals, figures, report"]
    names = {file.name for file in small_run.iterdir()}
    assert {"intervals.csv", "comparisons.csv", "face_detection.csv"} <= names
    assert "<title>Which is best?</title>" in (small_run / "report.html").read_text("utf-8")
    drawn = list((small_run / "figures").glob("*.png"))
    assert len(Page(small_run / "report.html").named("img")) == len(drawn) > 2
