"""Model files, their cards, the shipped models."""
