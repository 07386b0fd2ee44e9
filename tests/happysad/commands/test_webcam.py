"""``happysad webcam``."""

from __future__ import annotations

import webbrowser

import pytest

from happysad.commands import serve, webcam
from happysad.video_io import window, window_checks


@pytest.fixture
def service(monkeypatch):
    """What the service was started with; there is a camera and a display."""
    started = []
    monkeypatch.setattr(serve, "run_service", lambda **settings: started.append(settings))
    monkeypatch.setattr(window_checks, "cameras", lambda: None)
    monkeypatch.setattr(webcam, "why_no_browser", lambda: "")
    return started


def test_the_page_opens_with_the_camera_on(happysad, service):
    assert happysad("webcam", "--port", 0).stderr == ""
    assert service == [{"port": 0, "models": ("fusion-svm",), "open_path": "/?camera=1"}]


def test_what_is_asked_goes_to_the_page(happysad, service):
    happysad("webcam", "--max-error", 0.05, "--min-score", 0.4, "--model", "texture-svm")
    assert service[0]["open_path"] == "/?camera=1&max_error=0.05&min_score=0.4"
    assert service[0]["models"] == ("texture-svm",)


def test_without_a_browser_the_address_is_told(happysad, service, monkeypatch):
    monkeypatch.setattr(webcam, "why_no_browser", lambda: "there is no display")
    told = happysad("webcam").stderr
    assert told == (
        "no browser is opened (there is no display): open the address below with /?camera=1 at "
        "its end\n"
    )
    assert service[0]["open_path"] is None
    assert "as you asked" in happysad("webcam", "--no-open").stderr


def test_a_machine_without_a_camera_is_one_sentence(refused, service, monkeypatch):
    monkeypatch.setattr(window_checks, "cameras", lambda: [])
    told = refused("webcam")
    assert told == (
        "happysad: this machine has no camera; photos can be dropped on the page of happysad serve"
    )
    assert not service


def test_other_mistakes_are_one_sentence(refused, service):
    assert "--camera is for --window" in refused("webcam", "--camera", 1)
    assert "share between 0 and 1" in refused("webcam", "--max-error", 7)
    assert "from 0.1 to 1, not 7" in refused("webcam", "--min-score", 7)
    assert not service


def test_the_window_is_checked_before_it_is_opened(happysad, model_file, monkeypatch):
    steps = []
    monkeypatch.setattr(window_checks, "check_windows", lambda: steps.append("windows"))
    monkeypatch.setattr(window_checks, "check_camera", steps.append)
    monkeypatch.setattr(window, "show", lambda tracker, camera: steps.append((tracker, camera)))
    happysad("webcam", "--window", "--model", model_file, "--min-score", 0.4)
    assert steps[:2] == ["windows", "0"]
    tracker, camera = steps[2]
    assert camera == "0"
    assert (tracker.band, tracker.min_score) == (None, 0.4)


def test_this_opencv_may_have_no_windows(refused, monkeypatch):
    monkeypatch.setattr(window_checks, "gui", lambda: "NONE")
    assert "built without windows" in refused("webcam", "--window")


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
