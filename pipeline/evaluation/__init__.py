"""Metrics, intervals, tests, abstention."""
