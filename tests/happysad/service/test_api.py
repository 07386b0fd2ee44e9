"""The service's addresses, asked as a program asks them."""

from __future__ import annotations

import base64
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from happysad.service import api
from happysad.utils import image_files

fuzz = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

STARTS = [
    b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"II*\0", b"P5 9 9 255\n",
    b"RIFF\x24\0\0\0WEBPVP8 ", b"%!PS-Adobe-3.0 EPSF-3.0\n",
]  # fmt: skip


def test_a_photo_as_the_body(client, picture):
    answer = client.post("/v1/predict", content=picture, headers={"content-type": "image/jpeg"})
    assert answer.status_code == 200
    told = answer.json()
    assert set(told) == {
        "model", "model_sha256", "happysad", "max_error", "low", "high", "min_score",
        "min_face", "milliseconds", "images",
    }  # fmt: skip
    assert told["model"] == "small"
    assert len(told["model_sha256"]) == 64
    assert told["max_error"] is told["min_score"] is told["min_face"] is None
    assert told["low"] == told["high"] == 0.5  # its card has no default
    assert told["milliseconds"] > 0
    (image,) = told["images"]
    assert (image["image"], image["status"], image["reason"]) == ("image 0", "ok", "")
    assert (image["width"], image["height"]) == (512, 320)
    (face,) = image["faces"]
    assert face["label"] == "happy"
    assert 0.6 < face["score"] <= 1
    left, top, right, bottom = face["box"]
    assert left < 224 < right
    assert top < 120 < bottom


def test_the_answer_is_that_of_the_library(service, picture, photo):
    from happysad.pipeline.model_files.model_file import load_model
    from happysad.pipeline.prediction.predict_faces import predict_faces
    from happysad.pipeline.prediction.prediction import image_json

    (expected,) = predict_faces(load_model("texture-svm"), [photo], names=["image 0"])
    told = service(models=("texture-svm",)).post("/v1/predict", content=picture).json()
    assert told["model"] == "texture-svm"
    assert told["images"] == [image_json(expected)]


def test_a_form_of_several_files_is_answered_in_order(client, picture):
    files = [
        ("any", ("a.jpg", picture)),
        ("any", ("notes.txt", b"no picture")),
        ("other", ("b.jpg", picture)),
    ]
    answer = client.post("/v1/predict", files=files)
    assert answer.status_code == 200
    images = answer.json()["images"]
    assert [(i["image"], i["status"]) for i in images] == [
        ("a.jpg", "ok"), ("notes.txt", "unreadable"), ("b.jpg", "ok"),
    ]  # fmt: skip
    assert images[1]["reason"] == "it is not an image file"
    assert images[0]["faces"] == images[2]["faces"]


def test_a_batch_in_json(client, picture):
    data = base64.b64encode(picture).decode()
    images = [{"name": "a.jpg", "data": data}, {"data": f"data:image/jpeg;base64,{data}"}]
    answer = client.post("/v1/predict/batch", json={"images": images, "crops": True})
    assert answer.status_code == 200
    first, second = answer.json()["images"]
    assert (first["image"], second["image"]) == ("a.jpg", "image 1")
    assert first["faces"] == second["faces"] != []


def test_where_nothing_can_be_read_the_answer_is_422_and_says_so(client):
    answer = client.post("/v1/predict", content=b"no picture")
    assert answer.status_code == 422
    told = answer.json()
    assert told["detail"] == "image 0 cannot be read: it is not an image file"
    assert told["images"][0]["status"] == "unreadable"
    files = [("f", (name, b"no picture")) for name in ("a", "b")]
    assert "none of the 2 images" in client.post("/v1/predict", files=files).json()["detail"]


def test_the_default_of_the_card_holds_unless_something_else_is_asked(service, picture, refuses):
    client = service(models=("texture-svm",))
    usual = client.get("/v1/model").json()["default"]
    told = client.post("/v1/predict", content=picture).json()
    assert (told["low"], told["high"]) == (usual["low"], usual["high"])
    told = client.post("/v1/predict?always_answer=true", content=picture).json()
    assert (told["low"], told["high"], told["max_error"]) == (0.5, 0.5, None)
    batch = {"images": [{"data": base64.b64encode(picture).decode()}], "always_answer": True}
    assert client.post("/v1/predict/batch", json=batch).json()["low"] == 0.5
    both = client.post("/v1/predict?always_answer=true&max_error=0.05", content=picture)
    assert "either every face is answered or an error" in refuses(both, 400)


def test_unsure_where_the_card_has_thresholds(service, picture, refuses):
    client = service(models=("texture-svm",))
    errors = client.get("/v1/models").json()["models"][0]["max_errors"]
    answer = client.post(f"/v1/predict?max_error={errors[-1]}", content=picture)
    assert answer.json()["max_error"] == errors[-1]
    assert answer.json()["images"][0]["faces"][0]["label"] in ("happy", "sad", "unsure")
    told = refuses(client.post("/v1/predict?max_error=0.0001", content=picture), 400)
    assert "cannot keep to an error of 0.0001" in told


def test_what_counts_as_a_face_can_be_asked(client, picture):
    told = client.post("/v1/predict?min_face=5000", content=picture).json()
    assert (told["min_face"], told["images"][0]["status"]) == (5000, "ok")
    told = client.post("/v1/predict?min_score=1", content=picture).json()
    assert (told["min_score"], told["images"][0]["status"]) == (1, "no_face")
    batch = {"images": [{"data": base64.b64encode(picture).decode()}], "crops": True}
    for least, status in ((0.1, "ok"), (1, "full_frame")):
        told = client.post("/v1/predict/batch", json=batch | {"min_score": least}).json()
        assert (told["min_score"], told["images"][0]["status"]) == (least, status)


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("model=nobody", 404, "no model named 'nobody', only small"),
        ("max_error=2", 400, "max_error: input should be less than 1"),
        ("max_error=nan", 400, "max_error"),
        ("max_error=low", 400, "max_error: input should be a valid number"),
        ("min_score=0.05", 400, "min_score: input should be greater than or equal to 0.1"),
        ("min_score=2", 400, "min_score: input should be less than or equal to 1"),
        ("min_score=nan", 400, "min_score"),
        ("min_face=0", 400, "min_face: input should be greater than or equal to 1"),
        ("crops=perhaps", 400, "crops"),
        ("always_answer=perhaps", 400, "always_answer"),
    ],
)
def test_a_mistake_in_the_address_is_one_sentence(client, picture, refuses, query, status, told):
    assert told in refuses(client.post(f"/v1/predict?{query}", content=picture), status)


def test_the_models_and_their_cards(client, refuses):
    told = client.get("/v1/models").json()
    assert told["default"] == "small"
    assert [one["name"] for one in told["models"]] == ["small"]
    card = client.get("/v1/model", params={"model": "small"}).json()
    assert card["sha256"] == client.get("/v1/model").json()["sha256"]
    assert "probe" not in card
    assert "no model named" in refuses(client.get("/v1/model?model=other"), 404)


def test_it_is_there(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_the_counters_count(client, picture):
    client.post("/v1/predict", content=picture)
    client.post("/v1/predict", content=b"no picture")
    client.get("/nowhere/at/all")
    text = client.get("/metrics").text
    for line in (
        'happysad_requests_total{path="/v1/predict",status="200"} 1.0',
        'happysad_requests_total{path="/v1/predict",status="422"} 1.0',
        'happysad_requests_total{path="other",status="404"} 1.0',
        'happysad_images_total{model="small",status="ok"} 1.0',
        'happysad_images_total{model="small",status="unreadable"} 1.0',
        'happysad_faces_total{label="happy",model="small"} 1.0',
        "happysad_queue_images 0.0",
    ):
        assert line in text


def test_a_phones_picture_is_answered(client, picture, heic):
    data = heic(Image.open(io.BytesIO(picture)))
    (image,) = client.post("/v1/predict", content=data).json()["images"]
    assert (image["status"], image["faces"][0]["label"]) == ("ok", "happy")


def test_where_heic_is_not_read_it_says_so_and_phones_send_jpeg(service, monkeypatch):
    for reads in (True, False):
        monkeypatch.setattr(api, "reads_heic", lambda reads=reads: reads)
        assert (".heic" in service().get("/").text) == reads
    monkeypatch.setattr(image_files, "reads_heic", lambda: False)
    data = b"\0\0\0\x24ftypheic\0\0\0\0"
    answer = service().post("/v1/predict", content=data)
    assert answer.status_code == 422
    assert 'run pip install "happysad[heic]"' in answer.json()["detail"]


def test_the_page_and_its_files_are_served_with_a_strict_policy(client, refuses):
    page = client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert client.get("/page/style.css").headers["content-type"].startswith("text/css")
    refuses(client.get("/page/nothing.js"), 404)
    refuses(client.get("/page/..%2fapi.py"), 404)


def test_what_is_not_there_is_one_sentence(client, refuses):
    assert "there is nothing at /nowhere" in refuses(client.get("/nowhere"), 404)
    assert "does not take GET" in refuses(client.get("/v1/predict"), 405)


def test_the_description_for_programs_is_whole(client):
    told = client.get("/openapi.json").json()
    assert {"/v1/predict", "/v1/predict/batch", "/v1/model", "/v1/models"} <= set(told["paths"])
    kinds = told["paths"]["/v1/predict"]["post"]["requestBody"]["content"]
    assert {"multipart/form-data", "image/jpeg"} <= set(kinds)
    text = json.dumps(told)
    for part in text.split('"$ref": "')[1:]:
        reference = part.partition('"')[0]
        place = told
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
    assert "HTTPValidationError" not in text


@fuzz
@given(body=st.binary(max_size=300))
def test_no_body_whatever_breaks_it(client, body):
    assert client.post("/v1/predict", content=body).status_code in (400, 422)
    assert client.post("/v1/predict/batch", content=body).status_code == 400
    kind = {"content-type": "multipart/form-data; boundary=x"}
    form = b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n' + body
    for content in (body, form, form + b"\r\n--x--\r\n"):
        answer = client.post("/v1/predict", content=content, headers=kind)
        assert answer.status_code in (400, 422)


@fuzz
@given(
    start=st.sampled_from(STARTS),
    rest=st.binary(max_size=200),
)
def test_no_image_whatever_breaks_it(client, start, rest):
    answer = client.post("/v1/predict?crops=true", content=start + rest)
    assert answer.status_code in (200, 413, 422)


@fuzz
@given(where=st.integers(0, 10**9), what=st.binary(min_size=1, max_size=40))
def test_no_damaged_photo_breaks_it(client, picture, where, what):
    where %= len(picture)
    damaged = picture[:where] + what + picture[where + len(what) :]
    assert client.post("/v1/predict", content=damaged).status_code in (200, 413, 422)


@fuzz
@given(
    batch=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "images",
                        "data",
                        "model",
                        "max_error",
                        "always_answer",
                        "min_score",
                        "min_face",
                        "crops",
                    ]
                ),
                inner,
            )
        ),
        max_leaves=8,
    )
)
def test_no_json_whatever_breaks_it(client, batch):
    text = json.dumps(batch)
    assert client.post("/v1/predict/batch", content=text).status_code in (400, 404, 422)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            "maxerror=0.05",
            "there is no option 'maxerror', only model, max_error, always_answer, min_score, "
            "min_face and crops",
        ),
        ("crops=1&crops=0", "the option crops is given 2 times"),
    ],
)
def test_a_slip_is_told(client, picture, query, sentence):
    answer = client.post(f"/v1/predict?{query}", content=picture)
    assert (answer.status_code, answer.json()) == (400, {"detail": sentence})


def test_the_batch_has_its_options_in_the_body(client):
    answer = client.post("/v1/predict/batch?model=x", json={"images": []})
    assert answer.status_code == 400
    assert "there is no option 'model'" in answer.json()["detail"]


def test_what_is_known_passes(client, picture):
    assert client.post("/v1/predict?crops=true", content=picture).status_code == 200
    assert client.get("/v1/model?card=1").status_code == 400


@pytest.mark.slow
def test_an_explanation_is_a_picture(client, picture, refuses):
    answer = client.post("/v1/explain", content=picture)
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    told = refuses(client.post("/v1/explain?face=3", content=picture), 400)
    assert "there is no face 3" in told
    assert "cannot be read" in refuses(client.post("/v1/explain", content=b"text"), 400)
    files = [("a", picture), ("b", picture)]
    assert "one image" in refuses(client.post("/v1/explain", files=files), 400)
    client.app.state.service._explaining = 1
    answer = client.post("/v1/explain", content=picture)
    assert "come back in 5 seconds" in refuses(answer, 503)
    assert answer.headers["retry-after"] == "5"
