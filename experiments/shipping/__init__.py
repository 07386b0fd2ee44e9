"""Fitting, testing and publishing the shipped models."""
