"""Which sections a run has."""

from __future__ import annotations

import pandas as pd

from happysad.experiments.reporting.html.sections import last_sections, result_sections
from happysad.experiments.reporting.tables.run_tables import read_run


def test_every_table_has_its_section(small_run):
    spread = {"dataset": "faces", "split": "test", "model": "hog-svm", "metric": "accuracy"}
    pd.DataFrame([{**spread, "mean": 0.9, "sd": 0.01, "n_fits": 5}]).to_csv(
        small_run / "spread.csv", index=False
    )
    run = read_run(small_run)
    shown = [s.title for s in [*result_sections(run), *last_sections(run)] if not s.empty]
    assert shown == [
        "Scores", "With and without leaked images", "Is the difference more than chance?",
        "Faces found, by class", "Answering only when confident", "Spread over folds and seeds",
        "Recipes that failed", "Notes on the data", "How it was made", "Glossary",
    ]  # fmt: skip


def test_the_glossary_explains_every_metric(small_run):
    from happysad.pipeline.evaluation.metrics import METRICS

    (glossary,) = [s for s in last_sections(read_run(small_run)) if s.title == "Glossary"]
    assert [line[0] for line in glossary.cells[1:]] == list(METRICS)
