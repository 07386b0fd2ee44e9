"""The page and photos, in a headless Chromium."""

from __future__ import annotations

import csv

import pytest
from PIL import Image

from happysad.pipeline.model_files.model_card import read_card
from happysad.service.workers.limits import Limits

pytestmark = pytest.mark.browser

DROP = """
const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
const data = new DataTransfer();
data.items.add(new File([bytes], "dropped.jpg", {type: "image/jpeg"}));
const event = (type) => new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: data});
const target = document.getElementById(arguments[1]);
target.dispatchEvent(event("dragover"));
window.marked = document.getElementById("drop").classList.contains("over");
target.dispatchEvent(event("drop"));
"""
KEEP_SAVED = """
HTMLAnchorElement.prototype.click = () => {};
URL.createObjectURL = (blob) => { window.saved = blob; return '#'; };
"""
PASTE = DROP.split("const event")[0] + (
    "document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}))"
)


def test_two_faces_are_two_boxes_with_their_words(page, pictures):
    page.choose(pictures / "two.jpg")
    plates = page.until_texts(".card .plate", 2)
    lines = page.texts(".card .faces li")
    words = sorted(line.split(" %")[0].rsplit(" ", 1)[0] for line in lines)
    assert words in (
        ["Face 1: looks happy", "Face 2: looks sad"], ["Face 1: looks sad", "Face 2: looks happy"],
    )  # fmt: skip
    assert sorted(plate.split()[1] for plate in plates) == ["happy", "sad"]
    left = {box.get_attribute("class"): box.rect["x"] for box in page.all(".card .box")}
    assert left["box happy"] < left["box sad"]
    alt = page.all(".card img")[0].get_attribute("alt")
    assert alt.startswith("two.jpg: 2 faces, looks ")
    page.until(lambda: page.at("spoken").get_attribute("textContent") == alt)


def test_a_text_is_a_clear_message(page, pictures):
    page.choose(pictures / "text.jpg")
    (told,) = page.until_texts(".card .wrong", 1)
    assert told == "It cannot be read: it is not an image file."
    assert not page.all(".card img")[0].is_displayed()


def test_a_phones_picture_is_answered_though_the_browser_does_not_show_it(page, pictures, heic):
    (pictures / "phone.heic").write_bytes(heic(Image.open(pictures / "two.jpg")))
    page.choose(pictures / "phone.heic")
    assert len(page.until_texts(".card .faces li", 2)) == 2
    assert page.texts(".card p.soft") == ["This browser cannot show the picture."]


def test_a_photo_without_a_face_says_so(page, pictures):
    page.choose(pictures / "none.png")
    page.until(lambda: "No face found" in "".join(page.texts(".card p")))
    assert not page.all(".card .box")


def test_a_photo_that_lies_on_its_side_by_its_exif_entry(page, pictures):
    page.choose(pictures / "turned.jpg")
    assert page.until_texts(".card .plate", 1)[0].startswith("happy")
    box, image = page.all(".card .box")[0].rect, page.all(".card img")[0].rect
    assert image["width"] > image["height"]
    middle = (box["x"] + box["width"] / 2 - image["x"]) / image["width"]
    assert 0.4 < middle < 0.6


def test_several_photos_newest_first_and_away_again(page, pictures):
    page.choose(pictures / "two.jpg", pictures / "none.png")
    page.choose(pictures / "text.jpg")
    assert page.until_texts(".card h3", 3) == ["text.jpg", "none.png", "two.jpg"]
    assert page.at("photos-title").text == "3 photos"
    page.driver.find_element("css selector", "[aria-label='Remove none.png']").click()
    assert page.texts(".card h3") == ["text.jpg", "two.jpg"]
    page.at("remove-all").click()
    assert not page.all(".card")
    assert not page.at("photos").is_displayed()


@pytest.mark.parametrize("target", ["drop", "about-title"])
def test_photos_can_be_dropped_anywhere(page, encoded, target):
    page.js(DROP, encoded("two.jpg"), target)
    assert len(page.until_texts(".card .plate", 2)) == 2
    assert page.js("return window.marked")
    assert page.texts(".card h3") == ["dropped.jpg"]


def test_photos_can_be_pasted(page, encoded):
    page.js(PASTE, encoded("two.jpg"))
    assert page.until_texts(".card .plate", 2)


def test_other_settings_answer_the_photos_again(page, pictures):
    assert page.at("sure").get_attribute("value") == "usual"
    page.choose(pictures / "two.jpg")
    page.until_texts(".card .plate", 2)
    asked = "return performance.getEntriesByType('resource').map(e => e.name)"
    assert page.js(asked)[-1].endswith("/v1/predict?model=stack")
    page.at("sure").send_keys("At most 5")
    page.until(lambda: page.js(asked)[-1].endswith("/v1/predict?model=stack&max_error=0.05"))
    page.at("model").send_keys("texture-svm")
    page.until(lambda: "model=texture-svm&max_error=0.05" in page.js(asked)[-1])
    assert page.at("card-link").get_attribute("href").endswith("/card?model=texture-svm")
    page.at("sure").send_keys("Always")
    page.until(lambda: page.js(asked)[-1].endswith("?model=texture-svm&always_answer=true"))
    page.at("model").send_keys("stack")
    page.until(lambda: page.js(asked)[-1].endswith("?model=stack&always_answer=true"))
    page.until(lambda: page.js("return document.querySelector('.card').ariaBusy") == "false")


def table(page):
    """The rows that the page saves."""
    page.js(KEEP_SAVED)
    page.at("csv").click()
    return list(csv.DictReader(page.later("window.saved.text()").splitlines()))


def test_the_answers_as_a_table(page, pictures):
    page.choose(pictures / "two.jpg", pictures / "text.jpg")
    page.until(lambda: len(page.texts(".card .plate")) == 2 and page.texts(".card .wrong"))
    rows = table(page)
    assert [row["image"] for row in rows] == ["text.jpg", "two.jpg", "two.jpg"]
    assert [row["face"] for row in rows] == ["-1", "0", "1"]
    assert {row["label"] for row in rows} == {"", "happy", "sad"}
    assert all(0.6 < float(row["confidence"]) <= 1 for row in rows[1:])
    assert int(rows[1]["right"]) - int(rows[1]["left"]) > 100
    assert 0.6 < float(rows[1]["score"]) <= 1
    usual = read_card("stack")["default"]
    assert {row["max_error"] for row in rows} == {""}
    assert {(row["low"], row["high"]) for row in rows} == {(str(usual["low"]), str(usual["high"]))}
    assert [row["status"] for row in rows] == ["unreadable", "ok", "ok"]
    assert [row["reason"] for row in rows] == ["it is not an image file", "", ""]


def test_photos_without_an_answer_are_not_called_unreadable(page, pictures):
    page.js("window.fetch = () => Promise.reject(new TypeError('gone'))")
    page.choose(pictures / "two.jpg")
    page.until_texts(".card .wrong", 1)
    page.js("window.fetch = () => new Promise(() => {})")
    page.choose(pictures / "none.png")
    rows = table(page)
    assert [row["image"] for row in rows] == ["none.png", "two.jpg"]
    assert {row["status"] for row in rows} == {"unanswered"}
    assert rows[0]["reason"] == "there is no answer yet"
    assert "The server does not answer" in rows[1]["reason"]


def test_two_photos_are_asked_about_at_once_and_no_more(page, pictures):
    page.js("window.asked = 0; window.fetch = () => { asked += 1; return new Promise(() => {}); }")
    page.choose(pictures / "two.jpg", pictures / "none.png")
    page.until(lambda: page.js("return asked") == 2)
    page.choose(pictures / "turned.jpg")
    assert page.later("new Promise((then) => setTimeout(() => then(asked), 300))") == 2


def test_too_large_a_file_and_a_folder_are_a_sentence_each(page):
    code = """import('/page/api.js').then(async ({predictFile}) => {
        window.fetch = () => Promise.reject(new Error('asked'));
        const why = (file) => predictFile(file, {model: '', maxError: null}).catch(e => e.message);
        const folder = new Blob(['x']), most = MOST;
        folder.slice = () => ({arrayBuffer: () => Promise.reject(new Error('no'))});
        return [await why(new Blob([new Uint8Array(most)])),
                await why(new Blob([new Uint8Array(most + 1)])), await why(folder)];
    })"""
    most, larger, folder = page.later(code.replace("MOST", str(Limits().image_bytes)))
    assert "The server does not answer" in most  # it was asked
    assert "larger than 20 MB" in larger
    assert "it is a folder" in folder


def test_a_server_that_is_gone_can_be_asked_again(page, pictures):
    page.js("window.kept = fetch; window.fetch = () => Promise.reject(new TypeError('gone'))")
    page.choose(pictures / "two.jpg")
    (told,) = page.until_texts(".card .wrong", 1)
    assert "The server does not answer" in told
    page.js("window.fetch = window.kept")
    page.driver.find_element("css selector", "[aria-label='Try again with two.jpg']").click()
    assert page.until_texts(".card .plate", 2)


def test_drawn_faces_can_be_tried(page):
    for name in ("happy", "sad"):
        page.driver.find_element("css selector", f"[data-sample={name}]").click()
        page.until(lambda name=name: page.texts(".card h3")[:1] == [f"{name}.png"])
    page.until_texts(".card .plate", 2)
    assert [line.split(" %")[0][:-3] for line in page.texts(".card .faces li")] == [
        "Face 1: looks sad", "Face 1: looks happy",
    ]  # fmt: skip


def test_a_picture_with_its_answer_can_be_saved(page, pictures):
    page.choose(pictures / "two.jpg")
    page.until_texts(".card .plate", 2)
    page.js(KEEP_SAVED)
    page.driver.find_element("css selector", "[aria-label^='Download two.jpg']").click()
    page.until(lambda: page.js("return window.saved?.type") == "image/jpeg")
    code = """createImageBitmap(window.saved).then((picture) => {
        const canvas = new OffscreenCanvas(picture.width, picture.height);
        const context = canvas.getContext('2d');
        context.drawImage(picture, 0, 0);
        const data = context.getImageData(0, 0, picture.width, picture.height).data;
        const near = (color) => {
            let n = 0;
            for (let i = 0; i < data.length; i += 4) {
                n += color.every((value, k) => Math.abs(data[i + k] - value) < 40);
            }
            return n;
        };
        return [picture.width, picture.height, near([230, 159, 0]), near([0, 114, 178])];
    })"""
    width, height, happy, sad = page.later(code)
    assert (width, height) == (900, 480)
    assert happy > 500
    assert sad > 500


def test_tight_crops_are_read_whole(page, pictures):
    page.choose(pictures / "none.png")
    page.until(lambda: "No face found" in "".join(page.texts(".card p")))
    assert not page.driver.find_element(
        "css selector", "[aria-label^='Download none']"
    ).is_displayed()
    page.at("crops").click()
    (line,) = page.until_texts(".card .faces li", 1)
    assert "(no face found)" in line


def test_why_a_face_is_called_so(page, pictures):
    page.at("model").send_keys("texture-svm")
    page.choose(pictures / "two.jpg")
    page.until_texts(".card .plate", 2)
    page.all("[aria-label='Why? two.jpg, face 2']")[0].click()
    page.until(lambda: page.js("return document.getElementById('why-picture').naturalWidth") > 900)
    assert page.at("why-picture").is_displayed()
    assert page.at("why-title").text == "Why? two.jpg, face 2"
    page.all("#why form button")[0].click()
    assert not page.at("why").is_displayed()
    page.js("window.fetch = () => Promise.reject(new TypeError('gone'))")
    page.all("[aria-label='Why? two.jpg, face 1']")[0].click()
    page.until(lambda: "The server does not answer" in page.at("why-state").text)
