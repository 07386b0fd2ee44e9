"""What recipes are built of, beside scikit-learn's own estimators."""
