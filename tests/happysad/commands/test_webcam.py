"""``happysad webcam``."""

from __future__ import annotations

import webbrowser

import pytest

from happysad.commands import serve, webcam


@pytest.fixture
def service(monkeypatch):
    """What the service was started with; there is a camera and a display."""
    started = []
    monkeypatch.setattr(serve, "run_service", lambda **settings: started.append(settings))
    monkeypatch.setattr(webcam, "has_camera", lambda: True)
    monkeypatch.setattr(webcam, "why_no_browser", lambda: "")
    return started


def test_the_page_opens_with_the_camera_on(happysad, service):
    assert happysad("webcam", "--port", 0).stderr == ""
    assert service == [{"port": 0, "models": ("stack",), "open_path": "/?camera=1"}]


def test_options_are_passed_to_the_page(happysad, service):
    happysad(
        "webcam",
        "--max-error",
        0.05,
        "--min-score",
        0.4,
        "--min-face",
        30,
        "--model",
        "texture-svm",
    )
    assert service[0]["open_path"] == "/?camera=1&max_error=0.05&min_score=0.4&min_face=30"
    assert service[0]["models"] == ("texture-svm",)
    happysad("webcam", "--always-answer")
    assert service[1]["open_path"] == "/?camera=1&always_answer=1"


def test_without_a_browser_the_address_is_printed(happysad, service, monkeypatch):
    monkeypatch.setattr(webcam, "why_no_browser", lambda: "there is no display")
    assert happysad("webcam").stderr == (
        "no browser is opened (there is no display): open the address below with /?camera=1 at "
        "its end\n"
    )
    assert service[0]["open_path"] is None
    assert "as you asked" in happysad("webcam", "--no-open").stderr


def test_a_machine_without_a_camera_is_one_sentence(refused, service, monkeypatch):
    monkeypatch.setattr(webcam, "has_camera", lambda: False)
    assert refused("webcam") == (
        "happysad: this machine has no camera; photos can be dropped on the page of happysad serve"
    )
    assert not service


def test_other_mistakes_are_one_sentence(refused, service):
    assert "share between 0 and 1" in refused("webcam", "--max-error", 7)
    both = ("--max-error", 0.05, "--always-answer")
    assert "either every face is answered or" in refused("webcam", *both)
    assert "there is no model file none.joblib" in refused("webcam", "--model", "none.joblib")
    assert "from 0.1 to 1, not 7" in refused("webcam", "--min-score", 7)
    assert "pixels from 1 on, not 0" in refused("webcam", "--min-face", 0)
    assert not service


def test_cameras_are_looked_for_on_linux_only(monkeypatch, tmp_path):
    monkeypatch.setattr(webcam, "DEVICES", tmp_path)
    monkeypatch.setattr(webcam.sys, "platform", "linux")
    assert not webcam.has_camera()
    (tmp_path / "video1").touch()
    assert webcam.has_camera()
    (tmp_path / "video1").unlink()
    monkeypatch.setattr(webcam.sys, "platform", "darwin")
    assert webcam.has_camera()


@pytest.mark.parametrize(
    ("platform", "settings", "reason"),
    [
        ("linux", {}, "there is no display"),
        ("linux", {"DISPLAY": ":0"}, ""),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, ""),
        ("linux", {"DISPLAY": ":0", "SSH_CONNECTION": "a b"}, "you are here over ssh"),
        ("darwin", {}, ""),
    ],
)
def test_whether_there_is_a_browser(monkeypatch, platform, settings, reason):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(webcam.sys, "platform", platform)
    monkeypatch.setattr(webbrowser, "get", lambda: None)
    assert webcam.why_no_browser() == reason


def test_no_browser_at_all(monkeypatch):
    def none():
        raise webbrowser.Error

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.setattr(webbrowser, "get", none)
    assert webcam.why_no_browser() == "there is none"
