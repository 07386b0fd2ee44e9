"""What scikit-learn asks of every estimator, asked of those that take rows of numbers."""

from __future__ import annotations

from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from happysad.pipeline.estimators.calibration import CalibratedClassifier, CopiesTogether
from happysad.pipeline.estimators.scaled_pca import ScaledPCA
from happysad.pipeline.estimators.svc import CompactSVC

FOLDS = CopiesTogether()
_OF_SVC = {
    f"check_sample_weight_equivalence_on_{kind}_data": "scikit-learn's own SVC fails it"
    for kind in ("dense", "sparse")
}


def known(estimator):
    """What scikit-learn expects its own SVC to fail."""
    svc = isinstance(getattr(estimator, "estimator", estimator), CompactSVC)
    return _OF_SVC if svc else {}


@parametrize_with_checks(
    [
        ScaledPCA(n_components=2),
        CompactSVC(),
        CalibratedClassifier(LogisticRegression(), cv=FOLDS),
        CalibratedClassifier(CompactSVC(), cv=FOLDS, class_weight="balanced"),
    ],
    expected_failed_checks=known,
)
def test_it_behaves(estimator, check):
    check(estimator)
