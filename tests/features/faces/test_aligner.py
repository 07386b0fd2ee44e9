import os
import pickle
import signal
import subprocess
import sys

import cv2
import joblib
import numpy as np
import pytest
from PIL import Image
from skimage import data
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.utils._param_validation import InvalidParameterError

from happysad.features.faces.align import EYE_X, EYE_Y, eye_centers, eye_line_transform, warp
from happysad.features.faces.aligner import FaceAligner
from happysad.features.faces.detector import MIN_SCORE, Detection, find_landmarks, rescaled
from happysad.features.faces.face_batch import Faces
from happysad.features.landmarks import EXPRESSIONS, normalised_shape
from happysad.utils.feature_cache import FeatureCache, use_feature_cache
from happysad.utils.image_decoding import ImageError, to_gray
from happysad.utils.progress import listen

PUPILS = np.array([[113.0, 101.5], [156.5, 103.5]])  # read by eye from the photograph


@pytest.fixture(scope="module")
def upright(astronaut):
    return FaceAligner().transform([astronaut])


def eyes_of(landmarks):
    return np.stack([landmarks[..., 36:42, :].mean(-2), landmarks[..., 42:48, :].mean(-2)], -2)


def places(size):
    return np.array([[EYE_X, EYE_Y], [1 - EYE_X, EYE_Y]]) * size - 0.5


def test_the_face_is_found(upright):
    assert upright.status.tolist() == ["detected"]
    assert upright.crops.shape == (1, 96, 96)
    assert upright.landmarks.shape == (1, 68, 2)
    assert 0.8 < upright.scores[0] <= 1
    assert upright.keys.tolist() == [""]
    left, top, right, bottom = upright.boxes[0]
    assert ([left, top] < PUPILS).all()
    assert ([right, bottom] > PUPILS).all()


def test_the_eyes_land_on_their_places(astronaut):
    for size in (48, 96, 130):
        faces = FaceAligner(size=size).transform([astronaut])
        assert faces.crops.shape == (1, size, size)
        # Aligned by the corners of the eyes of 5 points; the 68 points see the eyes there too.
        np.testing.assert_allclose(eyes_of(faces.landmarks[0]), places(size), atol=0.01 * size)


def test_the_pupils_that_a_person_sees_land_there_too(astronaut, turn):
    # Paint the pupils black on a white copy and find them again in the crop.
    dots = np.full(astronaut.shape[:2], 255, np.uint8)
    for x, y in PUPILS:
        cv2.circle(dots, (round(x * 8), round(y * 8)), 20, 0, -1, shift=3)
    aligner = FaceAligner()
    for degrees in (0, 20, -20):
        photo = turn(astronaut, degrees)
        crop = cut_alike(aligner, photo, turn(dots, degrees), aligner.transform([photo]))
        for (x, y), half in zip(places(96), (slice(0, 48), slice(48, 96)), strict=True):
            dark = np.zeros((96, 96))
            dark[:, half] = 255.0 - crop[:, half]
            row, column = (np.indices((96, 96)) * dark).sum(axis=(1, 2)) / dark.sum()
            assert column == pytest.approx(x, abs=2), degrees
            assert row == pytest.approx(y, abs=2), degrees


def cut_alike(aligner, photo, other, face):
    """The crop of another picture under the transform of the photo's face."""
    gray = to_gray(photo)
    box = tuple(float(side) for side in face.boxes[0])
    points = find_landmarks(gray, Detection(box, float(face.scores[0])), "5")
    matrix = eye_line_transform(eye_centers(points), aligner.size)
    assert np.abs(warp(gray, matrix, 96).astype(int) - face.crops[0]).mean() < 6
    return warp(other, matrix, aligner.size)


def test_turning_and_scaling_the_photo_leave_the_crop_nearly_alone(astronaut, upright, turn):
    middle = (0, slice(16, 80), slice(16, 80))
    for case in ((20, 1.0), (-20, 1.0), (8, 1.0), (0, 0.7), (-12, 1.3)):  # degrees, scale
        face = FaceAligner().transform([turn(astronaut, *case)])
        assert face.status.tolist() == ["detected"], case
        difference = np.abs(face.landmarks - upright.landmarks)
        assert difference.mean() < 1.2, case
        assert difference.max() < 6, case
        same = np.corrcoef(face.crops[middle].ravel(), upright.crops[middle].ravel())[0, 1]
        assert same > 0.9, case


def test_an_image_is_rescaled_once(astronaut, monkeypatch):
    import happysad.features.faces.aligner as module

    calls = []
    usual = module.rescaled
    monkeypatch.setattr(module, "rescaled", lambda gray: calls.append(1) or usual(gray))
    monkeypatch.setattr(
        "happysad.features.faces.detector.rescaled", lambda gray: pytest.fail("again")
    )
    FaceAligner().transform([astronaut, astronaut[::4, ::4]])
    assert len(calls) == 2


def test_a_rescaled_image_given_along_changes_nothing(astronaut, upright, same_faces):
    face = Detection(tuple(float(side) for side in upright.boxes[0]), 1.0)
    for color in (False, True):
        aligner = FaceAligner(color=color)
        usual = aligner.align(astronaut, face)
        same_faces(aligner.align(astronaut, face, rescaled(to_gray(astronaut))), usual)


def test_a_bigger_photo_gives_nearly_the_same_face(astronaut, upright):
    face = FaceAligner().transform([cv2.resize(astronaut, None, fx=3, fy=3)])
    np.testing.assert_allclose(face.boxes / 3, upright.boxes, atol=12)
    assert np.abs(face.landmarks - upright.landmarks).mean() < 1.2


def test_mirroring_the_photo_mirrors_the_landmarks(astronaut, upright, mirror):
    face = FaceAligner().transform([astronaut[:, ::-1]])
    expected = mirror(upright.landmarks) + [95, 0]
    assert np.abs(face.landmarks - expected).mean() < 1.2


def test_grey_and_colour_and_transparent_give_the_same(astronaut, upright, same_faces):
    gray = to_gray(astronaut)
    opaque = np.dstack([astronaut, np.full(gray.shape, 255, np.uint8)])
    for image in (gray, gray[:, :, None], opaque):
        same_faces(FaceAligner().transform([image]), upright)


def test_the_kind_of_memory_does_not_matter(astronaut, upright, same_faces):
    mirrored = astronaut[:, ::-1].copy()
    same_faces(FaceAligner().transform([mirrored[:, ::-1]]), upright)
    same_faces(FaceAligner().transform([np.asfortranarray(astronaut)]), upright)


def test_paths_and_arrays_give_the_same(tmp_path, astronaut, upright, same_faces):
    path = tmp_path / "Gesicht größer.png"
    Image.fromarray(astronaut).save(path)
    same_faces(FaceAligner().transform([path]), upright)
    same_faces(FaceAligner().transform((str(path),)), upright)
    same_faces(FaceAligner().transform(np.array([str(path)])), upright)


def test_a_photo_that_exif_turns_is_upright(tmp_path, astronaut, upright, same_faces):
    exif = Image.Exif()
    exif[0x0112] = 6  # the stored rows run down the right side of the picture
    stored = np.ascontiguousarray(np.swapaxes(astronaut, 0, 1)[::-1])
    Image.fromarray(stored).save(tmp_path / "phone.png", exif=exif)
    same_faces(FaceAligner().transform([tmp_path / "phone.png"]), upright)


def test_a_tiny_crop_is_found_and_enlarged(tiny, upright):
    face = FaceAligner().transform([tiny])
    assert tiny.shape == (48, 48)
    assert face.status.tolist() == ["detected"]
    left, top, right, bottom = face.boxes[0]
    assert 0 <= left < 15 < 33 < right <= 48
    assert 0 <= top < 15 < 33 < bottom <= 48
    assert np.abs(face.landmarks - upright.landmarks).mean() < 1.2
    assert np.corrcoef(face.crops.ravel(), upright.crops.ravel())[0, 1] > 0.9


def test_where_no_face_is_the_whole_image_is_taken():
    flat, pixel = np.full((64, 80), 127, np.uint8), np.zeros((1, 1), np.uint8)
    for image in (data.coffee(), flat, pixel, np.zeros((2, 500, 3), np.uint8)):
        face = FaceAligner().transform([image])
        height, width = image.shape[:2]
        assert face.status.tolist() == ["full_frame"], image.shape
        assert 0 <= face.scores[0] < MIN_SCORE, image.shape
        assert np.isfinite(face.landmarks).all(), image.shape
        inset = np.array([width, height, width, height]) / 20 + 1
        assert (np.abs(face.boxes[0] - [0, 0, width, height]) <= inset).all(), image.shape


def test_a_box_of_ones_own_can_be_aligned(astronaut, upright):
    box = tuple(float(side) for side in upright.boxes[0])
    face = FaceAligner().align(to_gray(astronaut), Detection(box, 0.7))
    assert np.abs(face.landmarks - upright.landmarks).mean() < 1.0
    assert face.scores.tolist() == pytest.approx([0.7])
    np.testing.assert_array_equal(face.boxes, upright.boxes)


def test_the_score_decides_what_is_a_face_and_is_kept_where_it_does_not_reach(astronaut, upright):
    for min_score, status in ((0.0, "detected"), (0.5, "detected"), (0.99, "full_frame")):
        face = FaceAligner(min_score=min_score).transform([astronaut])
        assert face.status.tolist() == [status]
        np.testing.assert_array_equal(face.scores, upright.scores)
    badge = np.ascontiguousarray(data.astronaut()[190:285, 335:430])
    face = FaceAligner(min_score=0.1).transform([badge])
    assert face.status.tolist() == ["detected"]  # of what looks a little like a face
    missed = FaceAligner().transform([badge])
    assert missed.status.tolist() == ["full_frame"]
    np.testing.assert_array_equal(missed.scores, face.scores)
    assert 0.1 < face.scores[0] < 0.6


def test_five_points_give_nearly_the_same_crop_and_no_landmarks(astronaut, upright, turn):
    photos = [astronaut, turn(astronaut, 20)]
    faces = FaceAligner(predictor="5").transform(photos)
    assert np.isnan(faces.landmarks).all()
    assert faces.status.tolist() == ["detected", "detected"]
    np.testing.assert_array_equal(faces.boxes[0], upright.boxes[0])
    for crop in faces.crops:
        assert np.corrcoef(crop.ravel(), upright.crops.ravel())[0, 1] > 0.85


@pytest.fixture
def broken(tmp_path, astronaut):
    """A whole photo, and beside it an empty file, words, half a photo, and one not there."""
    Image.fromarray(astronaut).save(tmp_path / "whole.jpg")
    whole = (tmp_path / "whole.jpg").read_bytes()
    for name, content in (("empty", b""), ("words", b"words"), ("half", whole[: len(whole) // 2])):
        (tmp_path / f"{name}.jpg").write_bytes(content)
    return [tmp_path / f"{name}.jpg" for name in ("empty", "whole", "words", "half", "gone")]


def test_marked_images_are_unreadable_and_in_their_rows(broken):
    faces = FaceAligner(on_error="mark").transform(broken)
    assert faces.status.tolist() == ["unreadable", "detected", *["unreadable"] * 3]
    assert not faces.crops[[0, 2, 3, 4]].any()
    assert np.isnan(faces.landmarks[[0, 2, 3, 4]]).all()
    assert np.isnan(faces.scores[0])
    assert not faces.boxes[0].any()


def test_otherwise_the_error_names_the_file(broken, tmp_path):
    for cache in (None, FeatureCache(tmp_path / "cache")):
        for bad in (broken[i] for i in (0, 2, 3, 4)):
            with use_feature_cache(cache):
                # What was marked before is not taken from the cache in place of the error.
                FaceAligner(on_error="mark").transform([bad])
                with pytest.raises(ImageError, match=bad.name):
                    FaceAligner().transform([broken[1], bad])


def test_an_array_that_is_no_image_is_marked_or_raised(astronaut):
    bad = np.zeros((5, 5), np.float64)
    assert FaceAligner(on_error="mark").transform([bad]).status.tolist() == ["unreadable"]
    with pytest.raises(ImageError, match="float64"):
        FaceAligner().transform([astronaut, bad])


def test_an_unknown_setting_is_named(astronaut):
    wrong = {
        "size": 15, "predictor": 68, "min_score": 1.5, "on_error": "ignore", "n_jobs": 1.5,
        "color": "yes", "detector": None, "min_face": 0,
    }  # fmt: skip
    for name, value in wrong.items():
        message = f"The '{name}' parameter of FaceAligner must be .* Got {value!r} instead"
        for method in (FaceAligner(**{name: value}).fit, FaceAligner(**{name: value}).transform):
            with pytest.raises(InvalidParameterError, match=message):
                method([astronaut])
    assert issubclass(InvalidParameterError, ValueError)


def test_a_bare_image_or_path_is_rejected(astronaut, broken):
    for bare in (str(broken[1]), broken[1], astronaut, to_gray(astronaut)):
        for on_error in ("raise", "mark"):
            with pytest.raises(ImageError, match="give a list of images"):
                FaceAligner(on_error=on_error).transform(bare)


def test_no_images_give_no_faces():
    for empty in ([], (), np.zeros((0, 48, 48), np.uint8)):
        faces = FaceAligner(size=64).transform(empty)
        assert len(faces) == 0
        assert faces.crops.shape == (0, 64, 64)


def test_a_batch_equals_its_singles_in_any_order(astronaut, tiny, same_faces):
    images = [astronaut, tiny, np.full((50, 60), 9, np.uint8)]
    batch = FaceAligner().transform(images)
    same_faces(batch, Faces.concatenate([FaceAligner().transform([i]) for i in images]))
    same_faces(FaceAligner().transform(images[::-1]), batch[::-1])


def test_the_images_are_left_as_they_were(astronaut):
    image = astronaut.copy()
    FaceAligner().transform([image])
    np.testing.assert_array_equal(image, astronaut)


def test_an_array_of_images_of_one_size_is_a_list_of_them(tiny):
    stack = np.stack([tiny, tiny[:, ::-1]])
    assert len(FaceAligner().transform(stack)) == 2


def test_of_several_faces_the_most_confident_is_taken(astronaut, upright):
    blurred = cv2.GaussianBlur(astronaut, (0, 0), 3)
    for pair in ([astronaut, blurred], [blurred, astronaut]):
        face = FaceAligner().transform([np.hstack(pair)])
        at = 260 if pair[1] is astronaut else 0
        np.testing.assert_allclose(face.boxes - [at, 0, at, 0], upright.boxes, atol=12)
        assert face.scores[0] > FaceAligner().transform([blurred]).scores[0]


@pytest.mark.process
def test_two_processes_find_what_one_does(astronaut, tiny, turn, same_faces, monkeypatch):
    jobs = []

    class Watched(joblib.Parallel):
        def __init__(self, n_jobs, **options):
            jobs.append(n_jobs)
            super().__init__(n_jobs=n_jobs, **options)

    monkeypatch.setattr(joblib, "Parallel", Watched)
    images = [tiny, turn(tiny, 5), tiny[:, ::-1], to_gray(astronaut)] * 5
    same_faces(FaceAligner(n_jobs=2).transform(images), FaceAligner().transform(images))
    assert jobs == [2]


def test_progress_is_reported(tiny):
    reports = []
    with listen(lambda *what: reports.append(what)):
        FaceAligner().transform([tiny] * 3)
    assert reports == [("finding faces", 3, 3)]


# In colour.


def test_colour_crops_are_the_same_place_in_colour(astronaut, upright):
    (face,) = FaceAligner(color=True).transform([astronaut])
    assert face.color
    assert not upright.color
    assert face.crops.shape == (1, 96, 96, 3)
    assert face.crops.dtype == np.uint8
    for name in ("landmarks", "boxes", "scores", "status"):
        np.testing.assert_array_equal(getattr(face, name), getattr(upright, name))
    gray = cv2.cvtColor(face.crops[0], cv2.COLOR_RGB2GRAY).astype(int)
    assert np.abs(gray - upright.crops[0]).max() <= 3  # rounded in another order
    red, green, blue = face.crops[0].reshape(-1, 3).mean(axis=0)
    assert red > green > blue  # a face, and not BGR


def test_a_grey_image_is_repeated_three_times(tiny):
    (usual,), (face,) = (FaceAligner(color=c).transform([tiny]) for c in (False, True))
    np.testing.assert_array_equal(face.crops, np.repeat(usual.crops[..., None], 3, axis=3))


def test_no_images_and_unreadable_ones_in_colour(tmp_path):
    aligner = FaceAligner(size=64, color=True, on_error="mark")
    assert aligner.transform([]).crops.shape == (0, 64, 64, 3)
    faces = aligner.transform([tmp_path / "missing.png", np.zeros((80, 80), np.uint8)])
    assert faces.crops.shape == (2, 64, 64, 3)
    assert faces.status.tolist() == ["unreadable", "full_frame"]


def test_scikit_learns_conventions(astronaut):
    expected = {
        "size": 64, "predictor": "5", "min_score": 0.1, "on_error": "mark", "n_jobs": 2,
        "color": True, "detector": False, "min_face": 30,
    }  # fmt: skip
    aligner = FaceAligner(**expected)
    copy = clone(aligner)
    assert copy.get_params() == aligner.get_params() == expected
    assert FaceAligner().set_params(**expected).get_params() == expected
    assert aligner.fit(["anything"]) is aligner
    assert len(make_pipeline(FaceAligner()).transform([astronaut])) == 1


def test_it_pickles_small(astronaut, upright, same_faces):
    aligner = FaceAligner().fit([astronaut])
    aligner.transform([astronaut])
    data = pickle.dumps(aligner)
    assert len(data) < 1000  # the predictor alone is 100 MB
    same_faces(pickle.loads(data).transform([astronaut]), upright)


def test_the_smallest_face_can_be_said(astronaut):
    for min_face, status in ((None, "detected"), (90, "detected"), (250, "full_frame")):
        picture = np.pad(astronaut, ((0, 500), (0, 500), (0, 0)))
        assert FaceAligner(min_face=min_face).transform([picture]).status == [status], min_face


def test_one_pickled_before_there_was_a_smallest_face_looks_for_the_usual_ones():
    state = FaceAligner(size=64).__getstate__()
    del state["min_face"]
    aligner = FaceAligner.__new__(FaceAligner)
    aligner.__setstate__(state)
    assert aligner.get_params() == FaceAligner(size=64).get_params()


# The cache.


@pytest.fixture
def cached(tmp_path, astronaut, tiny):
    """Three images, their faces, and a cache that holds them."""
    Image.fromarray(tiny).save(tmp_path / "tiny.png")
    images = [astronaut, tmp_path / "tiny.png", np.full((40, 40), 99, np.uint8)]
    plain = FaceAligner().transform(images)
    cache = FeatureCache(tmp_path / "cache")
    with use_feature_cache(cache):
        FaceAligner().transform(images)
    return images, plain, cache


@pytest.fixture
def no_computing(monkeypatch):
    """To look at an image is an error: what comes was stored."""

    def look(self, image):
        raise AssertionError("computed, not read from the cache")

    monkeypatch.setattr(FaceAligner, "_one", look)


def test_stored_faces_are_read_and_equal(cached, same_faces, no_computing):
    images, plain, cache = cached
    with use_feature_cache(cache):
        again = FaceAligner().transform(images)
    same_faces(again, plain)
    for name in ("crops", "landmarks", "boxes", "scores", "status"):
        assert getattr(again, name).dtype == getattr(plain, name).dtype
    assert len(set(again.keys.tolist())) == 3
    assert all(len(key) == 64 for key in again.keys)


def test_on_error_and_n_jobs_share_the_cache_and_other_settings_do_not(cached, no_computing):
    images, _, cache = cached
    with use_feature_cache(cache):
        FaceAligner(on_error="mark", n_jobs=2).transform(images)
        others = [{"size": 64}, {"predictor": "5"}, {"min_score": 0.3}, {"min_face": 30}]
        for other in [*others, {"color": True}, {"detector": False}]:
            with pytest.raises(AssertionError, match="computed"):
                FaceAligner(**other).transform(images)


def test_settings_have_keys_of_their_own(cached):
    images, _, cache = cached
    with use_feature_cache(cache):
        usual = FaceAligner().transform(images[2:]).keys[0]
        small = FaceAligner(size=64).transform(images[2:]).keys[0]
        color = FaceAligner(color=True).transform(images[2:]).keys[0]
        unsought = FaceAligner(detector=False).transform(images[2:]).keys[0]
        strict = FaceAligner(min_score=0.9).transform(images[2:]).keys[0]
        near = FaceAligner(min_face=80).transform(images[2:]).keys[0]
    assert len({usual, small, color, unsought, strict, near}) == 6
    with use_feature_cache(cache):  # the crop does not depend on what else is found in it
        assert FaceAligner(predictor="5").transform(images[2:]).keys[0] == usual


def test_without_the_detector_every_image_is_a_tight_crop(astronaut, tiny, monkeypatch):
    monkeypatch.setattr(
        "happysad.features.faces.aligner.find_one_face", lambda *_: pytest.fail("looked")
    )
    faces = FaceAligner(detector=False).transform([astronaut, tiny])
    assert faces.status.tolist() == ["full_frame"] * 2
    assert not faces.scores.any()
    assert faces.boxes[1].tolist() == [2, 2, 46, 46]
    np.testing.assert_allclose(eyes_of(faces.landmarks[1]), places(96), atol=2)


def test_colour_faces_are_stored_in_colour(tmp_path, astronaut, tiny, same_faces, monkeypatch):
    aligner = FaceAligner(color=True, on_error="mark")
    images = [astronaut, tiny, tmp_path / "missing.png"]
    plain = aligner.transform(images)
    with use_feature_cache(FeatureCache(tmp_path / "cache")):
        aligner.transform(images[:2])
        monkeypatch.setattr(FaceAligner, "_computed", lambda self, images: [])
        same_faces(aligner.transform(images[:2]), plain[:2])


def test_a_changed_file_is_looked_at_again(cached, astronaut):
    images, plain, cache = cached
    Image.fromarray(astronaut).save(images[1])
    with use_feature_cache(cache):
        changed = FaceAligner().transform(images)
    np.testing.assert_array_equal(changed.crops[1], plain.crops[0])


def test_a_mended_file_is_looked_at_again(tmp_path, tiny):
    path = tmp_path / "face.png"
    path.write_bytes(b"not yet copied")
    with use_feature_cache(FeatureCache(tmp_path / "cache")):
        aligner = FaceAligner(on_error="mark")
        assert aligner.transform([path]).status.tolist() == ["unreadable"]
        assert aligner.transform([path]).status.tolist() == ["unreadable"]
        Image.fromarray(tiny).save(path)
        assert aligner.transform([path]).status.tolist() == ["detected"]


def flipped(data):
    middle = data.rindex(bytes([99]) * 96)  # the last crop: pixels of one grey
    return data[:middle] + bytes([98]) + data[middle + 1 :]


def test_a_damaged_cache_is_never_trusted(cached, same_faces):
    images, plain, cache = cached
    (file,) = cache.folder.glob("faces-*.sqlite")
    data = file.read_bytes()
    damaged = [
        flipped(data),
        data[: len(data) // 2],
        b"",
        b"these are only words\n" * 1000,
        data[:5000] + bytes(3000) + data[8000:],
    ]
    for content in damaged:
        file.write_bytes(content)
        with use_feature_cache(cache):
            same_faces(FaceAligner().transform(images), plain)
            same_faces(FaceAligner().transform(images), plain)


@pytest.mark.process
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_cache_filled_by_a_process_that_was_killed(tmp_path, tiny, turn, same_faces):
    images = [turn(tiny, degrees) for degrees in range(6)]
    np.save(tmp_path / "images.npy", np.stack(images))
    code = (
        "import os, signal, sys, numpy as np\n"
        "from happysad.utils import feature_cache as cache\n"
        "from happysad.features.faces.aligner import FaceAligner\n"
        "images = list(np.load(sys.argv[1]))\n"
        "with cache.use_feature_cache(cache.FeatureCache(sys.argv[2])):\n"
        "    FaceAligner().transform(images[:3])\n"
        "    def killed(self, name, rows):\n"
        "        database = self._open(name)\n"
        "        database.execute('PRAGMA cache_size = 1')\n"
        "        database.executemany('INSERT INTO entries VALUES (?, ?, ?)', rows)\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    cache.FeatureCache._insert = killed\n"
        "    FaceAligner().transform(images)\n"
    )
    arguments = [str(tmp_path / "images.npy"), str(tmp_path / "cache")]
    ended = subprocess.run([sys.executable, "-c", code, *arguments], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert list((tmp_path / "cache").glob("*-journal"))  # it died within a transaction
    plain, cache = FaceAligner().transform(images), FeatureCache(tmp_path / "cache")
    with use_feature_cache(cache):
        same_faces(FaceAligner().transform(images), plain)
        keys = FaceAligner().transform(images).keys.tolist()
    (file,) = cache.folder.glob("*.sqlite")
    assert cache.missing(file.stem, keys) == []


def test_nothing_is_written_without_a_cache(tmp_path, tiny, monkeypatch):
    monkeypatch.chdir(tmp_path)
    FaceAligner().transform([tiny])
    assert os.listdir(tmp_path) == []


# Real images.


@pytest.fixture(scope="module")
def real_sample(shared_data):
    """300 training images of FER2013, the same ones each time."""
    folder = shared_data / "fer2013" / "train"
    files = [sorted((folder / label).glob("Training_*")) for label in ("happy", "sad")]
    return [path for part in files for path in part[:: len(part) // 150][:150]]


@pytest.fixture(scope="module")
def real_faces(real_sample):
    return FaceAligner(on_error="mark").transform(real_sample)


@pytest.mark.slow
@pytest.mark.real
def test_most_real_faces_are_found_and_all_are_read(real_faces):
    assert len(real_faces) == 300
    assert "unreadable" not in real_faces.status.tolist()
    assert (real_faces.status == "detected").mean() >= 0.97
    assert np.isfinite(real_faces.landmarks).all()
    found = real_faces[real_faces.status == "detected"]
    assert found.scores.min() >= MIN_SCORE
    assert real_faces.scores[real_faces.status == "full_frame"].max(initial=0) < MIN_SCORE
    assert found.boxes.min() >= -24
    assert found.boxes.max() <= 72


@pytest.mark.slow
@pytest.mark.real
def test_real_crops_are_upright(real_faces):
    found = real_faces[real_faces.status == "detected"]
    eyes, shape = eyes_of(found.landmarks), found.landmarks
    off = np.abs(eyes - places(96))  # two predictors of the eyes: by 5 points and by 68
    assert np.median(off) < 1
    assert np.quantile(off, 0.95) < 4
    nose, mouth, chin = shape[:, 30, 1], shape[:, 48:68, 1].mean(axis=1), shape[:, 8, 1]
    in_order = (eyes[:, 0, 1] < nose) & (nose < mouth) & (mouth < chin)
    assert in_order.mean() > 0.99
    # The mean face is darker at the eyes than at the cheeks and the same on both sides.
    mean = found.crops.mean(axis=0)
    assert mean[26:33, 22:33].mean() < mean[45:55, 20:30].mean() - 10
    assert np.corrcoef(mean.ravel(), mean[:, ::-1].ravel())[0, 1] > 0.95


@pytest.mark.slow
@pytest.mark.real
def test_the_mouth_tells_happy_from_sad(real_faces):
    shape = normalised_shape(real_faces.landmarks)
    lift, width = (EXPRESSIONS[name](shape) for name in ("mouth_corner_lift", "mouth_width"))
    assert np.median(lift[:150]) > np.median(lift[150:]) + 0.03
    assert np.median(width[:150]) > np.median(width[150:]) + 0.1
