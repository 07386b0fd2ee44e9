"""The page and the camera, in a headless Chromium whose camera is a video of built-in faces."""

from __future__ import annotations

import re
import time

import pytest

from happysad.experiments.end_to_end.browser import browser, wait_for

pytestmark = pytest.mark.browser

SPOKEN = ("face 1 looks happy", "face 1 looks sad")
REFUSE = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{}'))"

SLOW_CAMERA = """
const devices = navigator.mediaDevices, real = devices.getUserMedia.bind(devices);
const late = (wanted) => new Promise((then) => setTimeout(then, 700)).then(() => real(wanted));
window.asked = [];
devices.getUserMedia = (wanted) => window.asked[window.asked.push(late(wanted)) - 1];
"""
# Once all have started: the page, which waits for the same promises, has seen to them before.
STARTED = """Promise.all(window.asked).then((streams) => new Promise((then) => setTimeout(
    () => then(streams.map((stream) => stream.getVideoTracks()[0].readyState)))))"""


def label(page):
    """The word over the moving picture, empty where there is none."""
    return page.js("return document.querySelector('#live-boxes .box')?.classList[1] ?? ''")


def message(page):
    page.until(lambda: page.at("message").is_displayed())
    return page.at("message-text").text


def test_happy_becomes_sad_when_the_video_does(page):
    page.at("camera-button").click()
    for word in ("happy", "sad", "happy"):
        page.until(lambda word=word: label(page) == word)
        plates = page.texts("#live-boxes .plate")
        assert len(plates) == 1
        assert re.fullmatch(r"(happy|sad) \d+ %|unsure", plates[0])
        page.until(lambda word=word: f"Face 1: looks {word}" in page.at("live-faces").text)
    page.until(lambda: "answers a second" in page.at("live-rate").text)
    page.until(lambda: "face 1 now" in page.at("history").get_attribute("aria-label"))
    spoken = page.at("spoken")  # in between it may be "unsure"
    page.until(lambda: spoken.get_attribute("textContent") in SPOKEN)


def test_the_box_is_over_the_face_as_the_mirrored_video_shows_it(page):
    page.at("camera-button").click()
    page.until(lambda: label(page) == "happy")
    box = page.all("#live-boxes .box")[0].rect
    video = page.at("video").rect
    middle = (box["x"] + box["width"] / 2 - video["x"]) / video["width"]
    assert 0.4 < middle < 0.6
    assert 0.25 < box["width"] / video["width"] < 0.6
    assert page.js("return document.getElementById('live-picture').className") == "picture mirrored"


def test_the_address_can_ask_for_the_camera(page):
    page.open("/?camera=1")
    page.until(lambda: label(page))
    assert page.at("camera-button").text == "Stop the camera"
    assert "reads the expressions of faces before the camera" in page.at("camera").text


def test_the_address_can_ask_for_an_error_to_keep_to(page):
    page.open("/?max_error=0.02")
    chosen = "return document.getElementById('sure').value"
    page.until(lambda: page.js(chosen) == "0.02")
    assert re.search(r"answered \d+\s%", page.at("sure-about").text)
    page.open("/?always_answer=1")
    page.until(lambda: page.js(chosen) == "always")
    assert page.at("sure-about").text == "Every face gets happy or sad."
    page.open("/?max_error=never")
    page.until(lambda: page.js(chosen) == "usual")
    assert re.search(
        r"answered 8\d\s% of happy and sad faces, and said “unsure” of \d\d\s% of neutral ones",
        page.at("sure-about").text,
    )


def test_stopped_is_stopped(page):
    button = page.at("camera-button")
    button.click()
    page.until(lambda: page.js("return happysad.stats.answers > 2"))
    track = "document.getElementById('video').srcObject.getVideoTracks()[0]"
    page.js(f"window.track = {track}")
    button.click()
    assert page.js("return window.track.readyState") == "ended"
    assert not page.at("camera").is_displayed()
    assert button.text == "Use the camera"
    before = page.js("return happysad.stats.answers")
    time.sleep(0.4)
    assert page.js("return happysad.stats.answers") == before
    button.click()
    page.until(lambda: page.js("return happysad.stats.answers") > before)


def test_pressed_in_haste_it_ends_as_the_last_press_says(page):
    page.js(SLOW_CAMERA)
    page.js("for (let i = 0; i < 4; i++) document.getElementById('camera-button').click()")
    states = page.later(STARTED)
    assert len(states) == 2
    assert set(states) == {"ended"}
    assert page.at("camera-button").text == "Use the camera"
    assert page.js("return document.getElementById('video').srcObject") is None
    page.js("for (let i = 0; i < 3; i++) document.getElementById('camera-button').click()")
    page.until(lambda: label(page))


def test_out_of_sight_the_camera_stops(page):
    page.at("camera-button").click()
    page.until(lambda: label(page))
    page.js("Object.defineProperty(document, 'hidden', {value: true})")
    page.js("document.dispatchEvent(new Event('visibilitychange'))")
    assert "was stopped while the page was out of sight" in message(page)
    assert page.js("return document.getElementById('video').srcObject") is None


def test_a_camera_that_does_not_start_is_one_sentence(page):
    for error, told in (
        ("NotFoundError", "No camera was found"),
        ("NotAllowedError", "allow it by the sign beside the address"),
        ("NotReadableError", "another program may be using it"),
        ("WeirdError", "The camera does not start"),
    ):
        page.js(REFUSE.format(error))
        page.at("camera-button").click()
        page.until(lambda told=told: told in page.at("message-text").text)
        assert page.at("camera-button").text == "Use the camera"
    page.js("delete navigator.mediaDevices.getUserMedia")
    page.at("again").click()
    page.until(lambda: label(page))
    assert not page.at("message").is_displayed()


def test_an_insecure_address_is_one_sentence(page):
    page.js("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
    page.at("camera-button").click()
    assert "secure addresses only" in message(page)


def test_a_machine_without_a_camera(address):
    with browser() as driver:
        driver.get(f"{address}/?camera=1")
        wait_for(driver, "message", "!document.getElementById('message').hidden")
        assert "No camera was found" in driver.find_element("id", "message-text").text


def test_a_server_that_is_gone_and_comes_back(page):
    page.at("camera-button").click()
    page.until(lambda: label(page))
    page.js("window.kept = fetch; window.fetch = () => Promise.reject(new TypeError('gone'))")
    assert "The server does not answer" in message(page)
    assert label(page) == ""
    page.js("window.fetch = window.kept")
    page.until(lambda: label(page))
    assert not page.at("message").is_displayed()


def test_another_model_answers_the_camera(page):
    page.at("camera-button").click()
    page.until(lambda: label(page))
    page.js("performance.clearResourceTimings()")
    page.at("model").send_keys("texture-svm")
    asked = "return performance.getEntriesByType('resource').map(e => e.name).join(' ')"
    page.until(lambda: "predict?model=texture-svm" in page.js(asked))
    page.until(lambda: label(page) == "sad")
