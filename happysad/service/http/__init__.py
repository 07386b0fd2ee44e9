"""Requests and responses: schemas, limits, problems, metrics."""
