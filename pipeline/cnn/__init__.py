"""Convolutional networks as scikit-learn classifiers."""
