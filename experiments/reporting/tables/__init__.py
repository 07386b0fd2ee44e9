"""Derived tables of a run."""
