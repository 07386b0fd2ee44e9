"""The folder that a run writes: results.csv, predictions.csv, training.csv and run.json.

Rows are written as each fit ends, whole files beside and then renamed, so a killed run leaves
what was finished and the next one goes on from there.
"""

from __future__ import annotations

import io
import json
import math
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.pipeline.model_files.model_card import library_versions, plain
from happysad.utils.atomic_files import atomic_write, remove_unfinished
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from happysad.experiments.runner.fit_tasks import FitTask

RESULT_COLUMNS = [
    "dataset", "split", "condition", "model", "fold", "seed", "status", "reason", "settings",
    "n_train", "n_test", "n_full_frame",
    "accuracy", "balanced_accuracy", "precision_happy", "recall_happy", "f1_happy",
    "precision_sad", "recall_sad", "f1_sad", "precision_macro", "recall_macro", "f1_macro",
    "roc_auc", "brier", "calibration_error", "tp", "fp", "fn", "tn",
    "fit_s", "predict_ms", "model_bytes",
]  # fmt: skip

PREDICTION_COLUMNS = [
    "dataset", "split", "condition", "model", "fold", "seed", "image", "label", "group", "leaked",
    "face", "predicted", "p_happy",
]  # fmt: skip

TRAINING_COLUMNS = [
    "model", "condition", "fold", "seed", "epoch", "train_loss", "val_loss", "val_accuracy",
]  # fmt: skip

AXES = ["model", "condition", "fold", "seed"]
"""What names a fit."""

SET = ["dataset", "split", "condition"]
"""What names the images that a fit was evaluated on."""

SCORED = ("train", "val", "test")
"""Parts whose images are happy or sad; of others the predictions are kept and not scored."""

TEXTS = (
    "dataset", "split", "condition", "model", "status", "reason", "settings", "image", "label",
    "group", "leaked", "face", "predicted",
)  # fmt: skip

WHOLE = (
    "fold", "seed", "n_train", "n_test", "n_full_frame", "tp", "fp", "fn", "tn", "model_bytes",
    "epoch",
)  # fmt: skip


class RunFolder:
    """Results of one experiment, kept on disk as they come; the frames are what it holds so far.

    A folder whose run has another identity (see ``identity_of``) is refused.
    """

    def __init__(self, path: str | Path, identity: Mapping[str, Any]) -> None:
        self.path = Path(path)
        self.identity = plain(identity)
        self.code = code_revision()  # now: it may be edited while a long run goes on
        self._refuse_another_run()
        remove_unfinished(self.path)
        self.results = self._read("results.csv", RESULT_COLUMNS)
        self.predictions = self._read("predictions.csv", PREDICTION_COLUMNS)
        self.training = self._read("training.csv", TRAINING_COLUMNS)

    def finished(self, task: FitTask, settings: str) -> bool:
        """Whether the task, with these settings, has all its rows and its predictions."""
        rows = self.results[self._of(task, self.results)]
        predicted = self.predictions[self._of(task, self.predictions)].groupby(SET).size()
        if (rows["status"] != "ok").any() or (rows["settings"] != settings).any():
            return False
        scored = {tuple(row) for row in rows[SET].to_numpy()}
        for part, images in task.evaluation_sets.items():
            key = (part.dataset, part.split, task.condition_of(part))
            if predicted.get(key, 0) != len(images):
                return False
            if part.split in SCORED and key not in scored:
                return False
        return True

    def add(
        self,
        task: FitTask,
        results: list[dict[str, Any]],
        predictions: list[pd.DataFrame],
        training: list[dict[str, Any]],
    ) -> None:
        """Put a task's rows in the place of any it had, and write the files."""
        import pandas as pd

        # Sorted by name, so that the files do not depend on which task ended first.
        self.predictions = self._replaced(task, self.predictions, predictions)
        self.training = self._replaced(task, self.training, [pd.DataFrame(training)])
        self.results = self._replaced(task, self.results, [pd.DataFrame(results)])
        # Predictions first: a result without them is not taken for finished.
        self._write("predictions.csv", self.predictions)
        if len(self.training):
            self._write("training.csv", self.training)
        self._write("results.csv", self.results)

    def _of(self, task: FitTask, frame: pd.DataFrame) -> pd.Series[bool]:
        """Which rows are the task's, under whatever condition its evaluation sets have."""
        conditions = {task.condition, *map(task.condition_of, task.evaluation_sets)}
        mine = frame["model"].eq(task.model) & frame["condition"].isin(conditions)
        return mine & frame["fold"].eq(task.fold) & frame["seed"].eq(task.seed)

    def _replaced(
        self, task: FitTask, frame: pd.DataFrame, rows: list[pd.DataFrame]
    ) -> pd.DataFrame:
        """A table with these rows in the place of the task's, sorted by fit."""
        import pandas as pd

        full = [part for part in (frame[~self._of(task, frame)], *rows) if len(part)]
        if not full:
            return frame[:0]
        joined = pd.concat(full).reindex(columns=frame.columns)
        return _whole(joined).sort_values(AXES, kind="stable", ignore_index=True)

    def describe(self, details: Mapping[str, Any]) -> None:
        """Write ``run.json``: the identity, the details, versions, code revision and machine."""
        system, processor = platform.platform(), platform.machine()
        machine = {"system": system, "processor": processor, "cores": os.cpu_count()}
        facts = {
            "identity": self.identity,
            **details,
            "command": command_line(),
            "code": self.code,
            "versions": library_versions(("torch", "skorch")),
            "machine": machine,
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

        with suppress(OSError, ValueError):  # none yet, or one that somebody cut
            frame = read_rows(self.path / name)
            if list(frame.columns) == columns:
                return frame
        return pd.DataFrame(columns=pd.Index(columns))

    def _write(self, name: str, frame: pd.DataFrame) -> None:
        with atomic_write(self.path / name) as beside:
            frame.to_csv(beside, index=False)


def command_line() -> str:
    """What was typed to run this, as far as it was one of our commands; else ""."""
    program, *words = sys.argv
    here = Path(__file__).resolve().parents[1]
    if Path(program).stem == "happysad":
        return shlex.join(["happysad", *words])
    if here in Path(program).resolve().parents:
        script = Path("experiments", Path(program).resolve().relative_to(here)).as_posix()
        return shlex.join(["python", script, *words])
    return ""


def code_revision() -> dict[str, Any]:
    """The commit that the code is at and whether it was changed since; empty outside a checkout."""

    def git(*words: str) -> str:
        here = Path(__file__).resolve().parent
        done = subprocess.run(["git", *words], cwd=here, capture_output=True, text=True, timeout=20)
        return done.stdout.strip() if done.returncode == 0 else ""

    try:
        revision, dirty = git("rev-parse", "HEAD"), bool(git("status", "--porcelain"))
    except (OSError, subprocess.SubprocessError):
        return {}
    return {"revision": revision, "dirty": dirty} if revision else {}


def read_rows(path: Path) -> pd.DataFrame:
    """The rows of a CSV file, each value the one that was written; ValueError if it was cut."""
    import pandas as pd

    text = path.read_text(encoding="utf-8")
    if not text.endswith("\n"):
        raise ValueError(f"{path} was cut within a line")
    # As text: a digest of digits and a data set named NA stay what they are, and Python's own
    # float() gives each number back to the last digit.
    frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    for name in frame.columns.difference(list(TEXTS)):
        frame[name] = [float(value) if value else math.nan for value in frame[name]]
    return _whole(frame)


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Whole numbers, of which the row of a failed model lacks some: the others stay whole."""
    return frame.astype({name: "Int64" for name in WHOLE if name in frame})
