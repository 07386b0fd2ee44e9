"""Which features carry a model."""
