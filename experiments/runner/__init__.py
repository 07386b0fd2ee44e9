"""One runner for all experiments."""
