"""The page for everybody: narrow screens, keyboards, screen readers; and nothing from elsewhere."""

from __future__ import annotations

from itertools import pairwise

import pytest

pytestmark = pytest.mark.browser

TAB, ENTER, SPACE = "\ue004", "\ue007", "\ue00d"  # as Selenium names the keys
NAMED = {"button", "link", "combobox", "img", "image", "Canvas", "Video", "table", "article"}
FOCUSED = """
const e = document.activeElement, style = getComputedStyle(e);
const visible = style.outlineStyle !== 'none' || e.tagName === 'BODY';
return [e.id || e.ariaLabel || e.textContent, visible];
"""


def tabbed(page, n=40):
    """What has the focus, Tab by Tab, once around; each must show that it has it."""
    names = []
    for _ in range(n):
        page.driver.switch_to.active_element.send_keys(TAB)
        name, visible = page.js(FOCUSED)
        assert visible, name
        if name in names:
            break
        names.append(name)
    return names


def widest(page):
    """Of some screens' widths, those at which the page is wider than the screen."""
    wider = []
    for width in (320, 360, 640, 1280):
        screen = {"width": width, "height": 740, "deviceScaleFactor": 1, "mobile": width < 600}
        page.cdp("Emulation.setDeviceMetricsOverride", **screen)
        if page.js("return document.documentElement.scrollWidth") > width:
            wider.append(width)
    return wider


def everything(page, pictures):
    """The page with the camera on and a photo of each kind."""
    page.choose(*(pictures / name for name in ("two.jpg", "none.png", "text.jpg")))
    page.at("camera-button").click()
    page.until(lambda: page.all("#live-boxes .box"))
    page.until(lambda: len(page.texts(".card .plate")) == 2 and page.texts(".card .wrong"))


def test_no_sideways_scroll(page, pictures):
    everything(page, pictures)
    try:
        assert widest(page) == []
        page.driver.get(page.address + "/card")
        page.until(lambda: page.all("#parts table"))
        assert widest(page) == []
    finally:
        page.cdp("Emulation.clearDeviceMetricsOverride")


def test_all_can_be_reached_by_tab(page, pictures):
    everything(page, pictures)
    page.js("document.activeElement.blur()")
    names = tabbed(page)
    for name in (
        "Skip to the pictures", "choose", "camera-button", "model", "sure", "crops", "csv",
        "remove-all", "Remove two.jpg", "Remove text.jpg", "card-link",
        "For programs: the service's interface",
    ):  # fmt: skip
        assert name in names, names


@pytest.mark.parametrize("key", [ENTER, SPACE])
def test_keys_press_the_buttons(page, key):
    page.js("document.getElementById('files').addEventListener('click', () => window.opened = 1)")
    page.js("document.getElementById('files').showPicker = undefined")
    page.at("choose").send_keys(key)
    assert page.js("return window.opened") == 1
    page.at("camera-button").send_keys(key)
    page.until(lambda: page.all("#live-boxes .box"))
    page.at("camera-button").send_keys(key)
    assert not page.at("camera").is_displayed()


def test_all_that_can_be_used_or_seen_has_a_name(page, pictures):
    everything(page, pictures)
    nodes = page.cdp("Accessibility.getFullAXTree")["nodes"]
    found = set()
    for node in nodes:
        role = node.get("role", {}).get("value")
        if not node["ignored"] and role in NAMED:
            found.add(role)
            assert node["name"]["value"].strip(), node
    assert {"button", "link", "combobox", "article"} <= found


def test_headings_and_landmarks(page, pictures):
    everything(page, pictures)
    levels = [int(heading.tag_name[1]) for heading in page.all("h1, h2, h3") if heading.text]
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert len(page.all("main")) == len(page.all("header")) == len(page.all("footer")) == 1
    assert page.js("return document.documentElement.lang") == "en"


def test_nothing_is_asked_of_anybody_else(page, pictures):
    everything(page, pictures)
    names = page.js("return performance.getEntriesByType('resource').map(e => e.name)")
    assert len(names) > 8
    assert all(name.startswith((f"{page.address}/", "blob:")) for name in names), names


def test_the_model_card_for_people(page):
    page.driver.get(page.address + "/card?model=texture-svm")
    page.until(lambda: page.at("name").text == "texture-svm")
    headings = page.texts("h2")
    assert headings[:4] == [
        "What it is", "How it was tested", "When it usually says “unsure”",
        "When it is to keep to an error",
    ]  # fmt: skip
    assert headings[-1] == "Known limits"
    text = page.at("main").text
    assert "FER2013" in text
    assert "Right answers" in text
    assert "\u2013" not in page.texts("td")  # which stands for a number that is missing
    page.driver.get(page.address + "/card?model=none")
    page.until(lambda: "no model named" in page.at("message").text)


def test_faces_keep_their_numbers_and_words_are_steady(page):
    code = """import('/page/live/tracks.js').then(({Tracks, steadyLabel}) => {
        const tracks = new Tracks(), band = {low: 0.4, high: 0.6};
        const face = (x, p_happy) => ({box: [x, 0, x + 100, 100], p_happy});
        const near = (x) => 100 * Math.round(x / 100);
        const at = (time, ...faces) => tracks.update(faces, band, time).map(
            (t) => [t.number, near(t.box[0]), t.label, Math.round(100 * t.pHappy)]);
        return [at(0, face(0, 0.9), face(300, 0.1)), at(0.1, face(310, 0.1), face(10, 0.1)),
                at(0.9, face(20, 0.1)), at(1.6, face(30, 0.1), face(600, 0.5)),
                ['', 'happy', 'unsure'].map((word) => steadyLabel(0.42, band, word))];
    })"""
    first, swapped, settled, other, words = page.later(code)
    assert first == [[1, 0, "happy", 90], [2, 300, "sad", 10]]
    assert swapped[0][:2] == [1, 0]
    assert 60 < swapped[0][3] < 90  # in between, not yet there
    assert swapped[1] == [2, 300, "sad", 10]
    assert settled[0][:3] == [1, 0, "sad"]
    assert [face[:2] for face in other] == [[1, 0], [2, 600]]  # 2 was free again
    assert words == ["happy", "happy", "unsure"]
