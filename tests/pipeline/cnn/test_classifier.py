"""pipeline/cnn/classifier.py: the CNN as a scikit-learn classifier on Faces."""

from __future__ import annotations

import builtins
import io
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import joblib
import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.utils._param_validation import InvalidParameterError

from happysad.features.faces.face_batch import Faces
from happysad.pipeline.cnn.classifier import CnnClassifier, find_cnn
from happysad.pipeline.cnn.settings import FINE_TUNING, SCHEDULES
from happysad.pipeline.model_files.model_file import save_model
from happysad.utils.errors import UserError

Mouths = Callable[..., tuple[Faces, NDArray[np.str_]]]

torch = pytest.importorskip("torch")
pytest.importorskip("skorch")

QUICK = {"input_size": 16, "epochs": 6, "batch_size": 16, "learning_rate": 3e-3, "n_threads": 1}


@pytest.fixture(scope="module")
def fitted(mouths: Mouths) -> CnnClassifier:
    return CnnClassifier(**QUICK, random_state=0).fit(*mouths(160))


def test_learns_mouths_it_has_not_seen(fitted: CnnClassifier, mouths: Mouths) -> None:
    faces, labels = mouths(60, seed=1)
    assert (fitted.predict(faces) == labels).mean() > 0.9


def test_upside_down_mouths_change_the_answer(fitted: CnnClassifier, mouths: Mouths) -> None:
    faces, labels = mouths(30, seed=2)
    turned = Faces(faces.crops[:, ::-1].copy(), *list(vars(faces).values())[1:])
    assert (fitted.predict(turned) != labels).mean() > 0.8


def test_classes_and_probabilities(fitted: CnnClassifier, mouths: Mouths) -> None:
    faces, _ = mouths(20, seed=1)
    p = fitted.predict_proba(faces)
    assert fitted.classes_.tolist() == ["happy", "sad"]
    assert p.shape == (20, 2)
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-12)
    assert ((p >= 0) & (p <= 1)).all()
    assert (fitted.predict(faces) == fitted.classes_[p.argmax(axis=1)]).all()


def test_history_has_a_row_an_epoch(fitted: CnnClassifier) -> None:
    assert fitted.n_iter_ == len(fitted.history_) == 6
    assert [row["epoch"] for row in fitted.history_] == [1, 2, 3, 4, 5, 6]
    assert set(fitted.history_[0]) == {"epoch", "train_loss", "val_loss", "val_accuracy"}
    assert all(np.isfinite(list(row.values())).all() for row in fitted.history_)
    assert fitted.history_[-1]["val_loss"] < fitted.history_[0]["val_loss"]


def test_same_seed_same_weights_another_seed_others(mouths: Mouths) -> None:
    faces, labels = mouths(24)
    for architecture, epochs in (("small", 2), ("resnet", 1)):
        options = {**QUICK, "architecture": architecture, "epochs": epochs}
        a, b, c = (CnnClassifier(**options, random_state=s).fit(faces, labels) for s in (3, 3, 4))
        for name in a.weights_:
            np.testing.assert_array_equal(a.weights_[name], b.weights_[name], name)
        assert not np.array_equal(a.weights_["output.weight"], c.weights_["output.weight"])
        assert a.history_ == b.history_


def test_global_state_is_left_alone(mouths: Mouths) -> None:
    faces, labels = mouths(24)
    before, n_threads, crops = torch.random.get_rng_state(), torch.get_num_threads(), faces.crops
    copy = crops.copy()
    other = 2 if n_threads == 1 else 1
    model = CnnClassifier(**{**QUICK, "epochs": 1, "n_threads": other}, random_state=0)
    model.fit(faces, labels).predict(faces)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.get_num_threads() == n_threads
    np.testing.assert_array_equal(crops, copy)


def test_batch_equals_its_singles_and_order_does_not_matter(
    fitted: CnnClassifier, mouths: Mouths
) -> None:
    faces, _ = mouths(9, seed=5)
    whole = fitted.predict_proba(faces)
    np.testing.assert_allclose(
        np.vstack([fitted.predict_proba(face) for face in faces]), whole, atol=1e-5
    )
    np.testing.assert_allclose(fitted.predict_proba(faces[::-1]), whole[::-1], atol=1e-5)


def test_empty_batch(fitted: CnnClassifier) -> None:
    assert fitted.predict_proba(Faces.empty(32)).shape == (0, 2)
    assert fitted.predict(Faces.empty(32)).shape == (0,)


def test_mirror_makes_the_answer_symmetric(fitted: CnnClassifier, mouths: Mouths) -> None:
    faces, _ = mouths(8, seed=6)
    mirrored = Faces(faces.crops[:, :, ::-1].copy(), *list(vars(faces).values())[1:])
    both = fitted.predict_proba(faces)
    np.testing.assert_allclose(fitted.predict_proba(mirrored), both, atol=1e-5)
    plain = pickle.loads(pickle.dumps(fitted)).set_params(mirror=False)
    p, q = plain.predict_proba(faces), plain.predict_proba(mirrored)
    np.testing.assert_allclose((p + q) / 2, both, atol=1e-5)
    assert not np.allclose(p, q, atol=1e-5)


def test_pickle_and_joblib_round_trip(fitted: CnnClassifier, mouths: Mouths) -> None:
    faces, _ = mouths(10, seed=7)
    file = io.BytesIO()
    joblib.dump(fitted, file)
    file.seek(0)
    for again in (pickle.loads(pickle.dumps(fitted)), joblib.load(file)):
        np.testing.assert_allclose(
            again.predict_proba(faces), fitted.predict_proba(faces), atol=1e-6
        )


def test_pickle_holds_no_torch(fitted: CnnClassifier, mouths: Mouths) -> None:
    fitted.predict_proba(mouths(1)[0])
    assert b"torch" not in pickle.dumps(fitted)


def test_clone_is_unfitted_with_the_same_settings(fitted: CnnClassifier, mouths: Mouths) -> None:
    copy = clone(fitted)
    assert copy.get_params() == fitted.get_params()
    with pytest.raises(NotFittedError):
        copy.predict(mouths(1)[0])


def test_refitting_forgets_the_old_network(fitted: CnnClassifier, mouths: Mouths) -> None:
    faces, labels = mouths(48)
    model = CnnClassifier(**{**QUICK, "epochs": 1}, random_state=0).fit(faces, labels)
    model.predict(faces)
    model.set_params(input_size=24).fit(faces, labels)
    assert model.input_size_ == 24
    assert model.set_params(input_size=8).predict(faces).shape == (48,)


def test_cross_validation_runs_on_faces(mouths: Mouths) -> None:
    faces, labels = mouths(60)
    scores = cross_val_score(CnnClassifier(**QUICK, random_state=0), faces, labels, cv=2)
    assert np.isfinite(scores).all()


def test_stops_early_and_restores_the_best_epoch(mouths: Mouths) -> None:
    faces, labels = mouths(64)
    rng = np.random.default_rng(0)
    watched, other = mouths(32, seed=9)
    noise = rng.permutation(other)  # nothing to learn for: the loss soon rises
    model = CnnClassifier(**{**QUICK, "epochs": 40, "patience": 2}, random_state=0, mirror=False)
    model.fit(faces, labels, validation=(watched, noise))
    losses = [row["val_loss"] for row in model.history_]
    assert model.n_iter_ < 40
    assert model.n_iter_ == int(np.argmin(losses)) + 1 + 2
    p_sad = model.predict_proba(watched)[:, 1]
    loss = -np.log(np.where(noise == "sad", p_sad, 1 - p_sad)).mean()
    assert loss == pytest.approx(min(losses), rel=0.02)  # bfloat16 in training, not here


def test_predicts_the_faces_it_trained_on_even_when_few(mouths: Mouths) -> None:
    faces, labels = mouths(6)
    assert CnnClassifier(**QUICK, random_state=0).fit(faces, labels).predict(faces).shape == (6,)


def test_input_sizes(mouths: Mouths) -> None:
    faces, labels = mouths(6)
    for input_size in (8, 20, 128):
        options = {**QUICK, "input_size": input_size, "epochs": 1}
        model = CnnClassifier(**options, random_state=0).fit(faces, labels)
        side = input_size // 8
        assert model.weights_["dense.weight"].shape == (128, 128 * side * side)
        assert model.predict(faces).shape == (6,)


def test_mistakes_are_named(mouths: Mouths) -> None:
    faces, _ = mouths(6)
    both = ["happy", "sad"] * 3
    cases: list[tuple[Any, dict[str, object], type[Exception], str]] = [
        (["happy"] * 6, {}, ValueError, "greater than one; got \\['happy'\\]"),
        (["happy", "sad", "angry"] * 2, {}, ValueError, "multiclass: angry, happy, sad"),
        (both[:5], {}, ValueError, "inconsistent numbers of samples: \\[6, 5\\]"),
        ([*both[:5], None], {}, ValueError, "Input y contains NaN"),
        ([both] * 6, {}, ValueError, "y should be a 1d array"),
        (["happy"] * 5 + ["sad"], {}, UserError, "at least 2 faces a class"),
        (both, {"validation_fraction": 0.0}, InvalidParameterError, "validation_fraction"),
        (both, {"input_size": 200}, InvalidParameterError, "\\[8, 128\\]. Got 200"),
        (both, {"epochs": -1}, InvalidParameterError, "epochs"),
        (both, {"epochs": 0}, UserError, "epochs=0 leaves the weights as they are: give start_f"),
        (both, {"architecture": "large"}, InvalidParameterError, "architecture.*'resnet18'"),
        (both, {"architecture": "resnet18"}, UserError, "input_size of 64 or more, not 16"),
        (both, {"class_weight": {"angry": 2}}, UserError, "class_weight is {'angry': 2}"),
        (both, {"start_from": 7}, UserError, "the int given is no CNN"),
    ]
    for labels, options, kind, says in cases:
        with pytest.raises(kind, match=says):
            CnnClassifier(**{**QUICK, **options}).fit(faces, labels)
    with pytest.raises(TypeError, match="takes Faces, not list: put a FaceAligner before it"):
        CnnClassifier(**QUICK).fit(["a.jpg"] * 6, both)


def test_resnet_learns_mouths_and_has_the_same_manners(mouths: Mouths) -> None:
    options = {**QUICK, "architecture": "resnet"}
    model = CnnClassifier(**options, random_state=0).fit(*mouths(120))
    faces, labels = mouths(40, seed=1)
    assert (model.predict(faces) == labels).mean() > 0.9
    assert all(array.dtype == np.float32 for array in model.weights_.values())
    assert b"torch" not in pickle.dumps(model)
    copy = pickle.loads(pickle.dumps(model))
    np.testing.assert_allclose(copy.predict_proba(faces), model.predict_proba(faces), atol=1e-6)
    singles = np.vstack([model.predict_proba(face) for face in faces[:4]])
    np.testing.assert_allclose(singles, model.predict_proba(faces[:4]), atol=1e-5)


def test_resnet_stops_early_at_its_best_batch_norm(mouths: Mouths) -> None:
    faces, labels = mouths(64)
    watched, other = mouths(32, seed=9)
    noise = np.random.default_rng(0).permutation(other)
    options = {**QUICK, "architecture": "resnet", "epochs": 30, "patience": 2, "mirror": False}
    model = CnnClassifier(**options, random_state=0).fit(faces, labels, (watched, noise))
    assert model.n_iter_ < 30
    p_sad = model.predict_proba(watched)[:, 1].clip(1e-7, 1 - 1e-7)
    loss = -np.log(np.where(noise == "sad", p_sad, 1 - p_sad)).mean()
    assert loss == pytest.approx(min(row["val_loss"] for row in model.history_), rel=0.05)


def test_colour_crops_make_a_network_of_three_channels(mouths: Mouths) -> None:
    model = CnnClassifier(**{**QUICK, "epochs": 12}, random_state=0)
    model.fit(*mouths(160, color=True))
    assert model.channels_ == 3
    assert model.weights_["maps.0.weight"].shape == (32, 3, 3, 3)
    faces, labels = mouths(30, seed=1, color=True)
    assert (model.predict(faces) == labels).mean() > 0.9
    assert model.predict(Faces.empty(32, color=True)).shape == (0,)
    with pytest.raises(UserError, match=r"takes colour crops.*FaceAligner\(color=True\)"):
        model.predict(mouths(2)[0])


def test_a_grey_network_refuses_colour(fitted: CnnClassifier, mouths: Mouths) -> None:
    with pytest.raises(UserError, match=r"takes grey crops.*FaceAligner\(color=False\)"):
        fitted.predict(mouths(2, color=True)[0])
    with pytest.raises(UserError, match="takes grey crops"):
        CnnClassifier(**QUICK).fit(*mouths(12), validation=mouths(6, color=True))


def test_class_weight_shifts_the_answers_to_the_heavier_class(mouths: Mouths) -> None:
    faces, labels = mouths(60)
    rng = np.random.default_rng(0)
    noise = rng.permutation(labels)  # nothing to learn but how frequent each class is
    options = {**QUICK, "epochs": 3}
    p_sad = [
        CnnClassifier(**options, class_weight=weight, random_state=0)
        .fit(faces, noise)
        .predict_proba(faces)[:, 1]
        .mean()
        for weight in ({"happy": 5.0}, None, "balanced", {"sad": 50.0})
    ]
    assert p_sad == sorted(p_sad)
    assert p_sad[0] < 0.3
    assert 0.42 < p_sad[2] < 0.58
    assert p_sad[3] > 0.7


def test_fine_tuning_begins_where_the_other_ended(fitted: CnnClassifier, mouths: Mouths) -> None:
    faces, labels = mouths(24, seed=3)
    before = fitted.predict_proba(faces)
    tuned = CnnClassifier(input_size=16, epochs=1, learning_rate=1e-9, start_from=fitted)
    tuned.set_params(n_threads=1, random_state=1).fit(faces, labels)
    np.testing.assert_allclose(tuned.predict_proba(faces), before, atol=1e-4)
    tuned = CnnClassifier(input_size=16, n_threads=1, random_state=1, start_from=fitted)
    tuned.fit(faces, labels)
    assert len(tuned.history_) <= FINE_TUNING["small"].epochs < SCHEDULES["small"].epochs
    assert not np.array_equal(tuned.weights_["maps.0.weight"], fitted.weights_["maps.0.weight"])
    np.testing.assert_array_equal(fitted.predict_proba(faces), before)


def test_fine_tuning_beats_training_from_scratch_on_few_faces(
    fitted: CnnClassifier, mouths: Mouths
) -> None:
    faces, labels = mouths(18, seed=30)
    others, answers = mouths(90, seed=31)
    options = {"input_size": 16, "n_threads": 1, "epochs": 4, "batch_size": 8, "random_state": 0}
    right = [
        (
            CnnClassifier(**options, start_from=start).fit(faces, labels).predict(others) == answers
        ).mean()
        for start in (None, fitted)
    ]
    assert right[1] > right[0] + 0.05


def test_a_clone_still_starts_from_a_fitted_model(fitted: CnnClassifier, mouths: Mouths) -> None:
    model = CnnClassifier(**{**QUICK, "epochs": 1}, start_from=fitted, random_state=0)
    assert clone(model).start_from is fitted
    assert "start_from__epochs" not in model.get_params(deep=True)
    assert np.isfinite(cross_val_score(model, *mouths(30), cv=2, error_score="raise")).all()


def test_no_epochs_leave_the_weights_as_they_are(fitted: CnnClassifier, mouths: Mouths) -> None:
    faces, labels = mouths(6)
    model = CnnClassifier(input_size=16, epochs=0, start_from=fitted).fit(faces, labels)
    assert (model.n_iter_, model.history_) == (0, [])
    for name, array in fitted.weights_.items():
        np.testing.assert_array_equal(model.weights_[name], array)
    np.testing.assert_array_equal(model.predict_proba(faces), fitted.predict_proba(faces))
    assert model.fit(faces[:2], ["happy", "sad"]).predict(faces[:2]).shape == (2,)


def test_the_pretrained_cnn_is_one_to_start_from(mouths: Mouths) -> None:
    faces, labels = mouths(8, size=48)
    start = find_cnn("pretrained")
    assert start.classes_.tolist() == ["happy", "sad"]
    options = {"architecture": "resnet", "start_from": "pretrained", "n_threads": 1}
    model = CnnClassifier(**options, epochs=0).fit(faces, labels)
    np.testing.assert_allclose(model.predict_proba(faces), start.predict_proba(faces), atol=1e-6)
    p = CnnClassifier(**options, epochs=2, random_state=0).fit(faces, labels).predict_proba(faces)
    assert 0 < np.abs(p - model.predict_proba(faces)).max() < 0.3
    with pytest.raises(UserError, match="architecture 'resnet', not 'small'"):
        CnnClassifier(start_from="pretrained").fit(faces, labels)
    with pytest.raises(UserError, match="channels 1, not 3"):
        CnnClassifier(**options).fit(*mouths(8, size=48, color=True))


def test_fine_tuning_keeps_the_statistics_of_batch_norm(mouths: Mouths) -> None:
    faces, labels = mouths(12, size=48)
    options = {"architecture": "resnet", "epochs": 3, "n_threads": 1, "random_state": 0}
    model = CnnClassifier(**options, start_from="pretrained").fit(faces, labels)
    start = find_cnn("pretrained").weights_
    for name, array in model.weights_.items():
        assert np.array_equal(array, start[name]) == ("running" in name), name


def test_numbers_for_labels_stand_for_the_classes_in_their_order(mouths: Mouths) -> None:
    """As scikit-learn's VotingClassifier hands them on."""
    from sklearn.ensemble import VotingClassifier

    faces, labels = mouths(8, size=48)
    cnn = CnnClassifier("resnet", epochs=0, start_from="pretrained", n_threads=1)
    p = cnn.fit(faces, labels).predict_proba(faces)
    numbers = clone(cnn).fit(faces, (labels == "sad").astype(int))
    assert numbers.classes_.tolist() == [0, 1]
    np.testing.assert_array_equal(numbers.predict_proba(faces), p)
    vote = VotingClassifier([("cnn", cnn)], voting="soft").fit(faces, labels)
    np.testing.assert_array_equal(vote.predict_proba(faces), p)
    assert (vote.predict(faces) == cnn.predict(faces)).all()


def test_further_augmentation_reaches_the_training(mouths: Mouths) -> None:
    faces, labels = mouths(24)
    options = {**QUICK, "epochs": 1, "random_state": 3}
    plain = CnnClassifier(**options).fit(faces, labels).weights_["output.weight"]
    for more in ({"shift": 0.1}, {"photo": True}, {"erase": True}):
        other = CnnClassifier(**options, **more).fit(faces, labels).weights_["output.weight"]
        assert not np.array_equal(other, plain), more


def test_validation_part_with_other_labels_is_refused(mouths: Mouths) -> None:
    faces, labels = mouths(6)
    with pytest.raises(UserError, match="angry"):
        CnnClassifier(**QUICK).fit(faces, labels, validation=(faces, ["angry"] * 6))


def test_interrupt_is_not_swallowed(monkeypatch: pytest.MonkeyPatch, mouths: Mouths) -> None:
    from happysad.pipeline.cnn import augmentation

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(augmentation.Augmentation, "__call__", interrupt)
    with pytest.raises(KeyboardInterrupt):
        CnnClassifier(**QUICK).fit(*mouths(12))


WHAT_IS_NO_START = {
    "the LogisticRegression given is no CNN": LogisticRegression(),
    "its classifier is LogisticRegression": Pipeline([("only", LogisticRegression())]),
    "is not fitted": CnnClassifier(),
    "there is no model file missing.joblib": "missing.joblib",
    "the NoneType given is no CNN": None,
}


def test_a_cnn_is_found_in_a_classifier_a_pipeline_and_a_file(cnn_model: Any, tmp_path) -> None:
    path = save_model(cnn_model, tmp_path / "cnn.joblib")
    for source in (cnn_model[-1], cnn_model, cnn_model[1:], path, str(path)):
        for name, array in cnn_model[-1].weights_.items():
            np.testing.assert_array_equal(find_cnn(source).weights_[name], array)
    for says, source in WHAT_IS_NO_START.items():
        with pytest.raises(UserError, match=says):
            find_cnn(source)


def test_fine_tuning_needs_the_same_network(fitted: CnnClassifier, mouths: Mouths) -> None:
    for options, faces, says in (
        ({"architecture": "resnet"}, mouths(6), "architecture 'small', not 'resnet'"),
        ({"input_size": 48}, mouths(6), "input_size 16, not 48"),
        ({}, mouths(6, color=True), "channels 1, not 3"),
        (
            {"architecture": "resnet", "input_size": 48},
            mouths(6),
            "architecture 'small', not 'resnet', input_size 16, not 48",
        ),
        ({}, (mouths(6)[0], ["a", "b"] * 3), "classes 'happy and sad', not 'a and b'"),
    ):
        with pytest.raises(UserError, match=says):
            CnnClassifier(**{**QUICK, **options}, start_from=fitted).fit(*faces)


def test_without_torch_says_what_to_install(
    fitted: CnnClassifier, monkeypatch: pytest.MonkeyPatch, mouths: Mouths
) -> None:
    real_import = builtins.__import__

    def no_torch(name: str, *args: object, **kwargs: object) -> object:
        if name.split(".")[0] in {"torch", "skorch"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real_import(name, *args, **kwargs)  # type: ignore[arg-type]

    saved = pickle.dumps(fitted)
    for module in ("networks", "training"):
        monkeypatch.delitem(sys.modules, f"happysad.pipeline.cnn.{module}", raising=False)
    monkeypatch.setattr(builtins, "__import__", no_torch)
    faces, labels = mouths(6)
    with pytest.raises(UserError, match=r'pip install "happysad\[cnn\]"'):
        CnnClassifier().fit(faces, labels)
    with pytest.raises(UserError, match="torch"):
        pickle.loads(saved).predict(faces)


@pytest.mark.process
def test_import_is_light() -> None:
    code = (
        "import sys, happysad.pipeline.cnn.classifier; print([m for m in ('torch', 'skorch')"
        " if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
