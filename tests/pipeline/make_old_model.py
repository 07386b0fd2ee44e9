"""Rewrite ``old_model.joblib``, on purpose: ``python tests/pipeline/make_old_model.py``.

A model file as users keep them for years: ``fusion-svm`` fitted on 80 built-in faces, cut
down to a few components so that it stays small. That it loads is a promise (``test_old_model.py``):
rename or move a class that is in it and it does not, so write it anew only where the promise is
broken knowingly, with a line in CHANGELOG.md, or where the pinned scikit-learn was raised.
"""

from __future__ import annotations

from pathlib import Path

from happysad.pipeline.demo_faces import make_demo_faces
from happysad.pipeline.model_file import save_model
from happysad.pipeline.models import make_model

PATH = Path(__file__).with_name("old_model.joblib")
COMPONENTS = 4


def write(path: Path) -> Path:
    """Fit and save the model; the same bytes each time on one machine."""
    images, labels = make_demo_faces(80, random_state=8)
    model = make_model("fusion-svm", random_state=0)
    sizes = [name for name in model.get_params() if name.endswith("__n_components")]
    model.set_params(**dict.fromkeys(sizes, COMPONENTS)).fit(list(images), labels)
    return save_model(model, path, {"model": "fusion-svm"}, probe=list(images[:4]))


if __name__ == "__main__":
    print(f"written to {write(PATH)}, {PATH.stat().st_size:,} bytes")
