"""What the pages say is so: links lead somewhere, commands exist, examples run and print that."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from happysad.cli import COMMANDS, main

ROOT = Path(__file__).resolve().parent.parent
GUIDES = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "MODEL_CARD.md")] + GUIDES
WORKED = {"adding-a-feature": 15, "adding-a-model": 14, "adding-an-experiment": 2}
"""Pages with a worked example, and at least how many tests look at it."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the comment right above it ("" for none)."""

    language: str
    text: str
    comment: str
    line: int


FENCE = re.compile(
    r"(?:^<!-- (?P<comment>[^\n]*) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(m["language"], m["text"], m["comment"] or "", text[: m.start()].count("\n") + 1)
        for m in FENCE.finditer(text)
    ]


def prose_of(page: Path) -> str:
    """The page without its fenced blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


# Links.


def anchors_of(page: Path) -> set[str]:
    """The names that GitHub gives to a page's headings."""
    titles = re.findall(r"^#+ +(.+?) *$", prose_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links_of(page: Path) -> list[str]:
    return re.findall(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)", prose_of(page))


def test_links_and_pictures_lead_somewhere():
    links = [(page, link) for page in PAGES for link in links_of(page)]
    for page, link in links:
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name} links to {link}, which is not there"
        assert target.is_relative_to(ROOT)
        if anchor:
            assert anchor in anchors_of(target), f"{page.name}: {name} has no heading {anchor}"


def test_every_page_is_found_from_the_readme_or_contributing():
    linked = {link for name in ("README.md", "CONTRIBUTING.md") for link in links_of(ROOT / name)}
    assert {f"docs/{page.name}" for page in GUIDES} <= {link.partition("#")[0] for link in linked}


def test_pictures_are_small():
    pictures = [file for file in (ROOT / "docs").iterdir() if file.suffix in (".png", ".jpg")]
    large = {file.name for file in pictures if file.stat().st_size > 200_000}
    assert large <= {
        "pipeline.png",
        "robustness.png",
        "model-card-stack.png",
        "model-card-texture-svm.png",
    }


def test_numbers_of_the_page_on_models_are_those_of_the_benchmarks_and_the_card():
    text = (ROOT / "docs" / "choosing-a-model.md").read_text(encoding="utf-8")
    tables = ROOT / "docs" / "results" / "shipped" / "tables.md"  # of the card
    pages = (*PAGES[:3], ROOT / "docs" / "benchmarks.md", tables)
    sources = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    assert "TODO" not in sources + text
    numbers = set(re.findall(r"\d+[.,]\d+", text))
    assert len(numbers) > 20
    for number in sorted(numbers):
        assert re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d])", sources), number


# Commands.


def code_lines(page: Path) -> Iterator[str]:
    """Lines of code: of indented and of shell blocks, and what is code within a line."""
    for block in blocks_of(page):
        if block.language in ("", "sh", "bash", "ini", "dockerfile", "console"):
            yield from block.text.replace("\\\n", " ").splitlines()
    text = prose_of(page)
    indented = [line for line in text.splitlines() if line.startswith("    ")]
    yield from "\n".join(indented).replace("\\\n", " ").splitlines()
    yield from re.findall(r"`([^`\n]+)`", text)


def commands_of(page: Path, start: str) -> list[list[str]]:
    """The words of each command line that starts with a program, without what it is piped to."""
    found = []
    for line in code_lines(page):
        line = re.sub(r"^[A-Z_]+=\S+ ", "", line.strip().removeprefix("$ "))
        for part in re.split(r"\s(?:\|\||&&|\||;)\s", line):
            match = re.search(rf"(?:^|/bin/|\bExecStart=\S*/|^CMD )({start}\s.*)$", part)
            if match:
                text = re.sub(r"(^|\s)\d?[<>]\s*\S+", " ", match[1]).rstrip("&")
                found.append(shlex.split(text, comments=True))
    return found


def parse(command: click.Command, words: list[str], where: str) -> None:
    """Parse without running: an option that does not exist is a failure."""
    arguments = [word for word in words if word != "..."]
    try:
        command.make_parser(click.Context(command)).parse_args(arguments)
    except click.UsageError as error:
        pytest.fail(f"{where} {' '.join(words)}: {error.message}")


def test_commands_and_their_options_exist():
    found = [(page, words[1:]) for page in PAGES for words in commands_of(page, "happysad")]
    for page, words in found:
        if not re.fullmatch(r"[a-z]+", words[0]):  # --help, or a word that stands for a command
            continue
        assert words[0] in COMMANDS, f"{page.name}: there is no happysad {words[0]}"
        command = main.get_command(click.Context(main), words[0])
        assert command is not None
        parse(command, words[1:], f"{page.name}: happysad {words[0]}")


def test_scripts_and_their_options_exist():
    seen = set()
    for page in PAGES:
        made_here = {path for block in blocks_of(page) for path in files_of(block)}
        for _, script, *words in commands_of(page, "python"):
            name = Path(script)
            if name.parts[0] != "experiments" or name.suffix != ".py" or script in made_here:
                continue
            assert (ROOT / name).is_file(), f"{page.name}: there is no {script}"
            module = importlib.import_module(".".join(("happysad", *name.with_suffix("").parts)))
            parse(module.main, words, f"{page.name}: {script}")
            seen.add(script)
    assert "experiments/benchmarks/speed.py" in seen


def test_there_are_commands_to_look_at():
    assert len(commands_of(ROOT / "README.md", "happysad")) > 10
    with pytest.raises(pytest.fail.Exception, match="No such option"):
        parse(main.get_command(click.Context(main), "demo"), ["--no-such"], "demo")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_true_examples_and_a_word_for_each_option(name):
    command = main.get_command(click.Context(main), name)
    assert command is not None
    told = command.get_help(click.Context(command, info_name=f"happysad {name}"))
    _, found, examples = told.partition("\n  Examples:\n")
    assert found, f"happysad {name} --help has no examples"
    lines = [line.strip() for line in examples.partition("\nOptions:")[0].splitlines()]
    shown = [line for line in lines if line.startswith("happysad ") or "| happysad " in line]
    assert any(f"happysad {name}" in line for line in shown)
    for line in shown:
        for part in line.split(" | "):
            first, *words = shlex.split(part, comments=True)
            if first == "happysad":
                other = main.get_command(click.Context(main), words[0])
                assert other is not None
                parse(other, words[1:], f"the help of {name}")
    for option in command.params:
        assert not isinstance(option, click.Option) or option.help, f"{name}: {option.opts}"
    assert max(map(len, told.splitlines())) <= 80


# Examples in Python.


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, photo: Path, model_file: Path) -> Path:
    """The folder of the pages' examples: a photo, two pictures in holiday/, notes, a model."""
    from PIL import Image

    from happysad.pipeline.demo.demo_faces import make_demo_faces

    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(photo, folder / "photo.jpg")
    (folder / "notes.txt").write_text("no picture\n")
    for name in ("mine.joblib", "mine.joblib.json"):
        shutil.copy(model_file.with_name(name.replace("mine", model_file.stem)), folder / name)
    (folder / "holiday").mkdir()
    images, labels = make_demo_faces(8, random_state=4)
    for label, name in (("happy", "beach.png"), ("sad", "rain.png")):
        Image.fromarray(images[list(labels).index(label)]).save(folder / "holiday" / name)
    return folder


def is_example(block: Block) -> bool:
    other = ("file:", "into:", "with the service")
    return block.language == "python" and not block.comment.startswith(other)


@pytest.mark.docs
@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_examples_run_and_print_what_is_shown(page, desk, monkeypatch):
    monkeypatch.chdir(desk)
    blocks, names = blocks_of(page), {"__name__": "__page__"}
    for i, block in enumerate(blocks):
        if not is_example(block):
            continue
        if block.comment.startswith("not run"):
            assert block.comment.startswith("not run: "), f"{page.name}:{block.line}: say why"
            continue
        printed = run_block(block.text, names)
        if i + 1 < len(blocks) and blocks[i + 1].language == "text":
            assert trimmed(printed) == trimmed(blocks[i + 1].text), f"{page.name}:{block.line}"


def run_block(text: str, names: dict[str, Any]) -> str:
    """What the code prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, "example", "exec"), names)
    return printed.getvalue()


def trimmed(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


# The service.

ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where a service listens, as ``happysad serve`` starts it."""
    pytest.importorskip("fastapi", reason="the extra [web] is not installed")
    import threading
    import time

    import uvicorn

    from happysad.commands.serve import bound
    from happysad.service.api import Settings, create_app

    with bound("127.0.0.1", 0) as listener:
        app = create_app(Settings())
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


SERVICE_PAGE = ROOT / "docs" / "service.md"


def shell_examples() -> list[tuple[Block, Block | None]]:
    """Each call of the page, with the answer shown below it."""
    blocks = blocks_of(SERVICE_PAGE)
    shown = [*blocks[1:], None]
    return [
        (block, after if after and after.language == "json" else None)
        for block, after in zip(blocks, shown, strict=True)
        if block.language == "sh"
    ]


@pytest.mark.docs
def test_the_service_answers_as_the_page_shows(desk, address):
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("there is no curl, or no bash")
    assert len(shell_examples()) > 4
    for call, shown in shell_examples():
        script = "set -e\n" + call.text.replace(ADDRESS, address).replace("curl ", "curl -sS ")
        done = subprocess.run(["bash", "-c", script], cwd=desk, capture_output=True, text=True)
        assert done.returncode == 0, f"line {call.line}: {done.stderr}"
        answer = json.loads(done.stdout)
        if shown is not None:
            assert outline(answer) == outline(json.loads(shown.text)), f"line {call.line}"


VARIES = (
    "model_sha256",
    "happysad",
    "milliseconds",
    "confidence",
    "p_happy",
    "score",
    "low",
    "high",
)


def outline(answer: Any, name: str = "") -> Any:
    """An answer without the numbers that another machine or a newer model may give otherwise."""
    if isinstance(answer, dict):
        return {key: outline(value, key) for key, value in answer.items()}
    if isinstance(answer, list):
        return [outline(value) for value in answer]
    return type(answer).__name__ if name in VARIES else answer


@pytest.mark.docs
def test_the_client_of_the_page_runs(desk, address, monkeypatch):
    monkeypatch.chdir(desk)
    blocks = blocks_of(SERVICE_PAGE)
    (i,) = [i for i, block in enumerate(blocks) if block.comment == "with the service"]
    printed = run_block(blocks[i].text.replace(ADDRESS, address), {"__name__": "__page__"})
    assert trimmed(printed) == trimmed(blocks[i + 1].text)


@pytest.mark.docs
def test_every_address_of_the_service_is_on_the_page(address):
    import urllib.request

    with urllib.request.urlopen(f"{address}/openapi.json", timeout=30) as answer:
        paths = json.load(answer)["paths"]
    text = SERVICE_PAGE.read_text(encoding="utf-8")
    assert len(paths) > 4
    for path, methods in paths.items():
        for method in methods:
            assert f"`{method.upper()} {path}" in text, f"{method} {path}"


# The worked examples.


def files_of(block: Block) -> list[str]:
    return [block.comment.removeprefix("file: ")] if block.comment.startswith("file: ") else []


INTO = re.compile(r'into: (?P<file>\S+), (?P<where>after|before): "(?P<mark>.*)"')

OVERLAY = """

import importlib
from pathlib import Path

_root = Path(__file__).resolve().parent.parent
for _top in ("features", "pipeline", "experiments"):
    for _folder in sorted({file.parent for file in (_root / _top).rglob("*.py")}):
        _name = ".".join(("happysad", *_folder.relative_to(_root).parts))
        importlib.import_module(_name).__path__.insert(0, str(_folder))
"""
"""Modules of the pages come before those of the checkout, which stays as it is."""


def written_out(page: Path, folder: Path) -> None:
    """Do in ``folder`` what a page says: write its files, and change copies of ours."""
    for block in blocks_of(page):
        for path in files_of(block):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(block.text, encoding="utf-8")
        change = INTO.fullmatch(block.comment)
        if change:
            file = folder / change["file"]
            file.parent.mkdir(parents=True, exist_ok=True)
            source = file if file.exists() else ROOT / change["file"]
            text, mark = source.read_text(encoding="utf-8"), change["mark"]
            assert text.count(mark) == 1, f"{page.name}: {change['file']} has not one {mark!r}"
            new = f"{mark}\n{block.text}" if change["where"] == "after" else ""
            text = text.replace(mark + "\n" * bool(new), new or f"{block.text}\n\n{mark}")
            file.write_text(text, encoding="utf-8")


@pytest.mark.docs
@pytest.mark.process
def test_the_worked_examples_do_what_the_pages_say(tmp_path):
    for name in WORKED:
        written_out(ROOT / "docs" / f"{name}.md", tmp_path)
    registry = ROOT / "tests/pipeline/models/test_registry.py"
    for file in (*ROOT.glob("tests/**/conftest.py"), registry):
        target = tmp_path / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    with (tmp_path / "tests" / "conftest.py").open("a") as conftest:
        conftest.write(OVERLAY)
    words = ("contrast or every_extractor_is_here", "hog-lda", "rarity")
    command = [sys.executable, "-m", "pytest", "-rA", "-c", str(ROOT / "setup.cfg")]
    command += ["--rootdir", str(tmp_path), "-k", " or ".join(words), str(tmp_path)]
    environment = {**os.environ, "HAPPYSAD_CACHE": str(tmp_path / "cache"), "MPLBACKEND": "agg"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    passed = re.findall(r"^PASSED (.*)$", done.stdout, re.MULTILINE)
    for word, (name, least) in zip(words, WORKED.items(), strict=True):
        found = [test for test in passed if word.split()[0] in test.lower()]
        assert len(found) >= least, f"{name}: {found}"


def test_the_recipe_file_of_the_page_is_a_recipe(tmp_path):
    from happysad.pipeline.models.registry import make_model

    written_out(ROOT / "docs" / "adding-a-model.md", tmp_path)
    model = make_model(str(tmp_path / "fine-hog.toml"))
    assert model.get_params()["features__hog__extract__cell"] == 8
    assert model.get_params()["classifier__estimator__C"] == 4


def test_the_config_of_the_page_is_one(tmp_path):
    import tomllib

    written_out(ROOT / "docs" / "adding-an-experiment.md", tmp_path)
    config = tomllib.loads((tmp_path / "rarity.toml").read_text("utf-8"))
    assert config["why"]
    assert config["shares"][0] == 1.0
