"""Predictions on images."""
