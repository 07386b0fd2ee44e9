"""Data sets cut or joined for an experiment."""
