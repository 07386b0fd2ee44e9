"""What a window needs."""

from __future__ import annotations

import socket
import subprocess
from types import SimpleNamespace

import cv2
import pytest

from happysad.utils.errors import UserError
from happysad.video_io import window_checks
from happysad.video_io.window_checks import cameras, check_camera, check_display, check_windows, gui

pytestmark = pytest.mark.skipif(
    not hasattr(socket, "AF_UNIX"), reason="displays are found so on Linux"
)


@pytest.fixture(autouse=True)
def _linux(monkeypatch):
    monkeypatch.setattr(window_checks.sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


def refusal(check, *arguments):
    with pytest.raises(UserError) as error:
        check(*arguments)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\n  GUI:                           NONE\n    VTK support:  NO\n", "NONE"),
        ("\n  GUI:                           QT5\n    QT:  YES (ver 5.15)\n", "QT5"),
        ("nothing of the kind", "NONE"),
    ],
)
def test_what_opencv_is_built_for(monkeypatch, text, expected):
    monkeypatch.setattr(cv2, "getBuildInformation", lambda: text)
    assert gui() == expected


def test_an_opencv_without_windows(monkeypatch):
    monkeypatch.setattr(window_checks, "gui", lambda: "NONE")
    assert "opencv-python in the place of opencv-python-headless" in refusal(check_windows)


def test_no_display(monkeypatch):
    assert "DISPLAY is not set" in refusal(check_display)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    check_display()


@pytest.mark.parametrize("display", [":77", "unix:77.0", "127.0.0.1:777", "localhost:777.0"])
def test_a_display_that_does_not_answer(monkeypatch, display):
    monkeypatch.setenv("DISPLAY", display)
    assert f"no display answers at {display}" in refusal(check_display)


def test_displays_that_answer(monkeypatch):
    with socket.socket(socket.AF_INET) as far:
        far.bind(("127.0.0.1", 0))
        far.listen()
        number = far.getsockname()[1] - 6000
        monkeypatch.setenv("DISPLAY", f"127.0.0.1:{number}.0")
        if number >= 0:
            check_display()
    tried = []
    monkeypatch.setattr(window_checks, "_connects", lambda *place: tried.append(place) or True)
    monkeypatch.setenv("DISPLAY", ":5.0")
    check_display()
    assert tried == [(socket.AF_UNIX, "/tmp/.X11-unix/X5")]


def test_a_library_that_aborts_does_so_in_a_process_of_its_own(monkeypatch):
    monkeypatch.setattr(window_checks, "gui", lambda: "QT5")
    monkeypatch.setattr(window_checks, "check_display", lambda: None)
    done = SimpleNamespace(returncode=-6, stderr="first\nqt: could not connect\n\n")
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: done)
    assert "cannot open a window here (qt: could not connect)" in refusal(check_windows)
    done.stderr = ""
    assert "ended by the window system" in refusal(check_windows)
    done.returncode = 0
    check_windows()


def test_cameras_of_this_machine(monkeypatch, tmp_path):
    monkeypatch.setattr(window_checks, "DEVICES", tmp_path)
    assert cameras() == []
    (tmp_path / "video0").touch()
    assert cameras() == [tmp_path / "video0"]
    monkeypatch.setattr(window_checks.sys, "platform", "darwin")
    assert cameras() is None


def test_what_gives_no_picture(monkeypatch, tmp_path, clip):
    monkeypatch.setattr(window_checks, "DEVICES", tmp_path)
    assert "this machine has no camera" in refusal(check_camera, "0")
    assert "there is no video file nix.mp4" in refusal(check_camera, "nix.mp4")
    (tmp_path / "video7").touch()
    assert "camera 77 gives no picture" in refusal(check_camera, "77")
    (tmp_path / "text.mp4").write_text("no video")
    assert "gives no picture" in refusal(check_camera, str(tmp_path / "text.mp4"))
    check_camera(str(clip))
