"""Forms: their files stay in memory."""

from __future__ import annotations

import tempfile

import pytest

from happysad.service.workers.limits import Limits


@pytest.fixture
def no_files(monkeypatch):
    """In the test, whoever opens a temporary file fails."""

    def refuse(*arguments, **options):
        raise AssertionError("a picture on the disk")

    for name in ("TemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)


def test_a_picture_of_many_megabytes_never_touches_the_disk(client, picture, no_files):
    large = picture + bytes(15_000_000)  # what comes behind a JPEG does not matter
    answer = client.post("/v1/predict", files={"a": ("a.jpg", large)})
    assert answer.status_code == 200
    assert answer.json()["images"][0]["status"] == "ok"


def test_the_watch_on_temporary_files_would_see_one(no_files):
    with tempfile.SpooledTemporaryFile(max_size=1) as file, pytest.raises(AssertionError):
        file.write(b"too much")


def test_too_many_and_too_large_files_are_refused(service, refuses):
    client = service(limits=Limits(image_bytes=10, images=2, body_bytes=1000))
    files = [("a", ("a", b"xx"))] * 3
    assert "up to 2 images" in refuses(client.post("/v1/predict", files=files), 413)
    told = refuses(client.post("/v1/predict", files={"a": ("a", b"x" * 11)}), 413)
    assert told == "an image is too large: this service takes 10 bytes"
    told = refuses(client.post("/v1/predict", files={"a": ("a", b"x" * 1001)}), 413)
    assert told.startswith("the body is too large")


def test_a_field_that_is_no_file_is_refused_as_it_would_be_ignored(client, picture, refuses):
    answer = client.post("/v1/predict", files={"a": ("a", picture)}, data={"model": "texture-svm"})
    told = refuses(answer, 400)
    assert "the form's field 'model' is no file" in told


def test_forms_without_files_are_refused(client, refuses):
    kind = {"content-type": "multipart/form-data; boundary=x"}
    told = refuses(client.post("/v1/predict", content=b"--x--\r\n", headers=kind), 400)
    assert "holds no files" in told
    nothing_chosen = (
        b'--x\r\nContent-Disposition: form-data; name="a"; filename=""\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\r\n--x--\r\n"
    )
    answer = client.post("/v1/predict", content=nothing_chosen, headers=kind)
    assert "holds no files" in refuses(answer, 400)
    answer = client.post("/v1/predict", content=b"a", headers={"content-type": "multipart/mixed"})
    assert "missing boundary" in refuses(answer, 400)


def test_a_form_that_is_cut_off_is_refused_and_not_answered_in_part(client, picture, refuses):
    head = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.jpg"\r\n\r\n'
    kind = {"content-type": "multipart/form-data; boundary=x"}
    part = head + picture + b"\r\n"
    for cut in (part + head + picture[:1000], part + head[:30], part + b"--x", part):
        answer = client.post("/v1/predict", content=cut, headers=kind)
        assert "ends before its last boundary" in refuses(answer, 400)
    answer = client.post("/v1/predict", content=part + b"--x--", headers=kind)
    assert answer.json()["images"][0]["status"] == "ok"


def test_a_charset_that_is_none_is_one_sentence(client, picture, refuses):
    head = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.jpg"\r\n\r\n'
    body = head + picture + b"\r\n--x--\r\n"
    kind = {"content-type": "multipart/form-data; boundary=x; charset=undefined"}
    answer = client.post("/v1/predict", content=body, headers=kind)
    assert "charset" in refuses(answer, 400)


def test_an_empty_file_is_unreadable_and_a_nameless_one_gets_a_number(client, picture):
    files = [("a", ("empty.jpg", b"")), ("a", ("a.jpg", picture))]
    images = client.post("/v1/predict", files=files).json()["images"]
    assert (images[0]["image"], images[0]["reason"]) == ("empty.jpg", "it is empty")
    head = b'--x\r\nContent-Disposition: form-data; name="a"; filename=""\r\n\r\n'
    kind = {"content-type": "multipart/form-data; boundary=x"}
    body = head + picture + b"\r\n--x--\r\n"
    told = client.post("/v1/predict", content=body, headers=kind).json()
    assert told["images"][0]["image"] == "image 0"


def test_odd_names_come_back_cut_and_whole(client, picture):
    names = ["x" * 300, "süß 😀.jpg", "../../a.jpg"]
    files = [("a", (name, picture)) for name in names]
    images = client.post("/v1/predict", files=files).json()["images"]
    assert [image["image"] for image in images] == ["x" * 255, *names[1:]]
