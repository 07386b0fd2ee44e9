"""Data sets: reading, splitting, folds."""
