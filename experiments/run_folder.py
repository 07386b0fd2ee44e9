"""The folder that a run writes: results.csv, predictions.csv, run.json, figures and the model.

Rows are written as each model ends, whole files beside and then renamed, so a killed run leaves
what was finished and the next one goes on from there.
"""

from __future__ import annotations

import io
import json
import math
import os
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.features.errors import UserError
from happysad.features.files import atomic_write, remove_unfinished
from happysad.pipeline.model_card import library_versions, plain

if TYPE_CHECKING:
    import pandas as pd

RESULT_COLUMNS = [
    "dataset", "split", "model", "fold", "seed", "status", "reason", "settings",
    "n_train", "n_test", "n_full_frame",
    "accuracy", "balanced_accuracy", "precision_happy", "recall_happy", "f1_happy",
    "precision_sad", "recall_sad", "f1_sad", "precision_macro", "recall_macro", "f1_macro",
    "roc_auc", "brier", "tp", "fp", "fn", "tn", "fit_s", "predict_ms", "model_bytes",
]  # fmt: skip

PREDICTION_COLUMNS = [
    "dataset", "split", "model", "fold", "seed", "image", "label", "face", "predicted", "p_happy",
]  # fmt: skip


TEXTS = (
    "dataset", "split", "model", "status", "reason", "settings", "image", "label", "face",
    "predicted",
)  # fmt: skip

WHOLE = dict.fromkeys(
    ("fold", "seed", "n_train", "n_test", "n_full_frame", "tp", "fp", "fn", "tn", "model_bytes"),
    "Int64",
)
"""Whole numbers, of which the row of a failed model lacks some: the others stay whole."""


class RunFolder:
    """Results of one question, kept on disk as they come.

    Parameters
    ----------
    path : Path
    identity : mapping
        What makes two runs the same (data, split, seed). A folder that holds another run is
        refused.

    Attributes
    ----------
    results, predictions : pandas.DataFrame
        What the folder holds so far.
    """

    def __init__(self, path: str | Path, identity: Mapping[str, Any]) -> None:
        self.path = Path(path)
        self.identity = plain(identity)
        self._refuse_another_run()
        remove_unfinished(self.path)
        self.results = self._read("results.csv", RESULT_COLUMNS)
        self.predictions = self._read("predictions.csv", PREDICTION_COLUMNS)

    def finished(self, model: str, settings: str) -> bool:
        """Whether the model, with these settings, has its rows and its predictions."""
        rows = self.results[self.results["model"] == model]
        if rows.empty or (rows["status"] != "ok").any() or (rows["settings"] != settings).any():
            return False
        return len(self.predictions[self.predictions["model"] == model]) == rows["n_test"].sum()

    def add(self, results: list[dict[str, Any]], predictions: list[pd.DataFrame]) -> None:
        """Put a model's rows in the place of any it had, and write both files."""
        import pandas as pd

        models = {row["model"] for row in results}
        old = self.predictions[~self.predictions["model"].isin(models)]
        # By name, so that the files do not depend on which model ended first.
        self.predictions = _joined([old, *predictions], PREDICTION_COLUMNS)
        kept = self.results[~self.results["model"].isin(models)]
        self.results = _joined([kept, pd.DataFrame(results)], RESULT_COLUMNS).astype(WHOLE)
        # Predictions first: a result without them is not taken for finished.
        self._write("predictions.csv", self.predictions)
        self._write("results.csv", self.results)

    def describe(self, details: Mapping[str, Any]) -> None:
        """Write ``run.json``: the identity, the details, versions, code revision and machine."""
        facts = {
            "identity": self.identity,
            **details,
            "code": code_revision(),
            "versions": library_versions(("torch", "skorch")),
            "machine": {
                "system": platform.platform(),
                "processor": platform.machine(),
                "cores": os.cpu_count(),
            },
        }
        text = json.dumps(plain(facts), indent=2) + "\n"
        try:
            with atomic_write(self.path / "run.json") as beside:
                beside.write_text(text, encoding="utf-8")
        except OSError as error:  # the first file of a run: what is wrong with the folder shows
            reason = error.strerror or error
            raise UserError(f"cannot write to --out {self.path}: {reason}") from None

    def _refuse_another_run(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise UserError(f"--out {self.path} is a file: name a folder for the results")
        there = self.path / "run.json"
        if not there.exists():
            if (self.path / "results.csv").exists():
                raise UserError(f"{self.path} holds results without a run.json: name another --out")
            return
        try:
            identity = dict(json.loads(there.read_text(encoding="utf-8"))["identity"])
        except (OSError, ValueError, KeyError, TypeError):
            raise UserError(
                f"{there} is damaged: remove the folder, or name another --out"
            ) from None
        differ = sorted(k for k in self.identity if identity.get(k) != self.identity[k])
        if differ:
            raise UserError(
                f"{self.path} holds a run with other {' and '.join(differ)}: "
                "remove it, or name another folder with --out"
            )

    def _read(self, name: str, columns: list[str]) -> pd.DataFrame:
        import pandas as pd

        try:
            frame = read_rows(self.path / name)
            if list(frame.columns) == columns:
                return frame
        except (OSError, ValueError):  # none yet, or one that somebody cut
            pass
        return pd.DataFrame(columns=pd.Index(columns))

    def _write(self, name: str, frame: pd.DataFrame) -> None:
        with atomic_write(self.path / name) as beside:
            frame.to_csv(beside, index=False)


def read_rows(path: Path) -> pd.DataFrame:
    """The rows of ``results.csv`` or ``predictions.csv``, each value the one that was written.

    Raises
    ------
    OSError, ValueError
        There is no such file, or it was cut.
    """
    import pandas as pd

    text = path.read_text(encoding="utf-8")
    if not text.endswith("\n"):
        raise ValueError(f"{path} was cut within a line")
    # As text: a digest of digits and a data set named NA stay what they are, and Python's own
    # float() gives each number back to the last digit.
    frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    for name in frame.columns.difference(list(TEXTS)):
        frame[name] = [float(value) if value else math.nan for value in frame[name]]
    return frame.astype({name: kind for name, kind in WHOLE.items() if name in frame})


def _joined(frames: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    full = [frame for frame in frames if not frame.empty]
    if not full:
        return pd.DataFrame(columns=pd.Index(columns))
    joined = pd.concat(full).reindex(columns=columns)
    return joined.sort_values("model", kind="stable", ignore_index=True)


def code_revision() -> dict[str, Any]:
    """The commit that the code is at and whether it was changed since; empty outside a checkout."""
    here = Path(__file__).resolve().parent

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=here, capture_output=True, text=True, timeout=20)
        return done.stdout.strip() if done.returncode == 0 else ""

    try:
        revision = git("rev-parse", "HEAD")
        dirty = bool(git("status", "--porcelain"))
    except (OSError, subprocess.SubprocessError):
        return {}
    return {"revision": revision, "dirty": dirty} if revision else {}
