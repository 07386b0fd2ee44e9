"""Our models against other programs, pair by pair, against numbers counted by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from happysad.experiments.datasets.peer_scores import PEERS
from happysad.experiments.reporting.per_experiment.peer_pairs import pair_lines, pair_table, verdict
from happysad.pipeline.evaluation.significance import mcnemar

FER, FACE_API = PEERS.values()


def test_pairs_are_tested_on_the_same_images_and_corrected_for_their_number(made):
    fer, face_api = pair_table(made, ["ours"]).to_dict("records")
    assert (fer["model"], fer["against"], fer["n"]) == ("ours", FER, 20)
    assert (fer["n_only_model_correct"], fer["n_only_other_correct"]) == (8, 0)
    assert fer["p_value"] == pytest.approx(2 / 2**8)
    assert fer["p_value_holm"] == pytest.approx(4 / 2**8)  # Holm: the smaller of two, doubled
    assert fer["difference"] == pytest.approx(0.4)
    assert fer["low"] < 0.4 < fer["high"]
    assert face_api["p_value"] == face_api["p_value_holm"] == 1


def test_the_hand_made_table_of_the_test():
    """Ten images that only one has right, two that only the other: 2 (1 + 12 + 66) / 2^12."""
    a, b = [True] * 10 + [False] * 2 + [True] * 30, [False] * 10 + [True] * 2 + [True] * 30
    assert mcnemar(a, b).p == pytest.approx(2 * (1 + 12 + 66) / 2**12)


def test_the_correction_is_for_a_test_set_by_itself(made):
    there = made[made["model"] != "other"].assign(tested_on="there")
    pairs = pair_table(pd.concat([made, there]), ["ours"])
    both = [pairs.loc[pairs["tested_on"] == name, "p_value_holm"] for name in ("here", "there")]
    assert both[0].tolist() == both[1].tolist()


def test_verdicts_in_words(made):
    assert verdict(0.049, 0.01, 0.1) == "ahead"
    assert verdict(0.049, -0.1, -0.01) == "behind"
    assert verdict(0.05, 0.01, 0.1) == "level"
    assert verdict(0.001, -0.2, 0.3) == "level"  # many images of a few persons
    assert verdict(0.001, math.nan, math.nan) == "level"  # of one person
    header, fer, face_api = pair_lines(pair_table(made, ["ours"]))
    where = header.index("the model is")
    assert (fer[where], face_api[where]) == ("ahead", "level")
    assert fer[header.index("difference in accuracy")].startswith("+0.400 [+0.")
    assert fer[header.index("in balanced accuracy")].startswith("+0.400 [+0.")
    assert fer[header.index("p corrected")] == "0.016"


def test_always_happy_is_no_lead_where_happy_is_common(predictions):
    truth = "h" * 90 + "s" * 10
    ours = predictions("ours", "h" * 100, truth)
    peers = [predictions(peer, "s" * 30 + "h" * 60 + "s" * 10, truth) for peer in PEERS.values()]
    row = pair_table(pd.concat([*peers, ours]), ["ours"]).iloc[0]
    assert row["difference"] == pytest.approx(0.2)
    assert row["balanced_difference"] == pytest.approx((30 / 90 - 1) / 2)
    assert row["balanced_low"] < row["balanced_difference"] < row["balanced_high"] < 0


def test_without_results_there_is_a_header_alone():
    assert len(pair_lines(pd.DataFrame())) == 1
