"""Publish the pre-trained CNN as a model of the package: ``cnn-pretrained.onnx`` and its card.

``python experiments/shipping/pretrained.py`` takes the weights file that lies in the package; see
``pretrain.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pandas as pd

from happysad.experiments.runner.config import read_config
from happysad.experiments.runner.run_context import Log, feature_cache_folder
from happysad.experiments.shipping.data import ShipConfig
from happysad.experiments.shipping.neither import SPLITS, read_neither
from happysad.pipeline.cnn.classifier import find_cnn
from happysad.pipeline.cnn.onnx_export import export_onnx
from happysad.pipeline.data.dataset import load_data
from happysad.pipeline.demo.demo_faces import make_demo_faces
from happysad.pipeline.estimators.face_model import FaceModel
from happysad.pipeline.estimators.fitted_model import predict_p_happy
from happysad.pipeline.evaluation.metrics import evaluate
from happysad.pipeline.evaluation.neutral_band import NEUTRAL, rejected_shares
from happysad.pipeline.model_files.card_thresholds import (
    DEFAULT_ENTRY,
    ENTRY,
    applied_reject_band,
    band_entries,
    default_entry,
)
from happysad.pipeline.model_files.model_card import licences
from happysad.pipeline.model_files.shipped import model_path
from happysad.pipeline.models.registry import make_model
from happysad.pipeline.prediction.predict_faces import HALF
from happysad.utils.console import exit_on_user_error, progress, say, silent
from happysad.utils.feature_cache import FeatureCache, use_feature_cache

NAME = "cnn-pretrained"
SUMMARY = "a residual CNN pre-trained on seven expressions, as it is"


def publish_pretrained(
    source: str,
    path: Path | None = None,
    terms: Sequence[str] = (),
    log: Log = silent,
    weights: Any = "pretrained",
) -> Path:
    """Write the model in ONNX format and its card, to its place in the package by default.

    Parameters
    ----------
    source : str
        The data set whose other classes it was trained on too. The logit's scale was fitted on
        its val part, which gives the thresholds for "unsure", the default among them where the part
        has neutral faces; its test part is reported.
    path : Path, optional
        The file to write; it ends in ``.onnx``.
    terms : sequence of str
        A sentence for each licence of the data.
    weights : CnnClassifier or path
        As ``CnnClassifier`` takes it for ``start_from``.
    """
    model = FaceModel([make_model(NAME).steps[0], ("classifier", find_cnn(weights))])
    data = load_data(source, log=log)
    card: dict[str, Any] = {
        "model": NAME,
        "summary": SUMMARY,
        "dataset": data.name,
        "data": data.hash,
        "metrics": {},
        "licences": [*licences(model), *terms],
    }
    neither, _ = read_neither(source)
    for part in ("val", "test"):
        own = data.frame[data.frame["split"] == part]
        rows = pd.concat([own, neither[neither["split"] == SPLITS[part]]])
        labels, p_happy = rows["label"].tolist(), predict_p_happy(model, rows["path"].tolist())
        asked = labels[: len(own)], p_happy[: len(own)]
        card["metrics"][f"{data.name} {part}"] = evaluate(*asked)
        if part == "val":
            card[ENTRY] = band_entries(*asked)
            card |= {DEFAULT_ENTRY: default_entry(labels, p_happy)} if NEUTRAL in labels else {}
        elif DEFAULT_ENTRY in card:
            shares = rejected_shares(labels, p_happy, applied_reject_band(card) or HALF)
            told = ", ".join(f"{share:.3f} of {kind} faces" for kind, share in shares.items())
            log(f"unsure by default, of the test part: {told}")
    # Built-in faces, so that nobody's picture goes into the card.
    faces, _ = make_demo_faces(4, random_state=0)
    return export_onnx(model, path or model_path(NAME), card, selfcheck_images=list(faces))


@click.command(name="pretrained")
@click.option("--data", default="../shared/data/fer2013", show_default=True)
@click.option("--out", help="ONNX file to write; its place in the package.")
@exit_on_user_error
def main(data: str, out: str | None) -> None:
    """Write the pre-trained CNN as ONNX into the package, tested on --data."""
    terms = read_config(Path(__file__).with_name("ship.toml"), ShipConfig).terms
    with feature_cache_folder() as cache, use_feature_cache(FeatureCache(cache)), progress():
        path = publish_pretrained(data, Path(out) if out else None, terms, say)
    print(f"written to {path}, its card to {path}.json")


if __name__ == "__main__":
    main()
