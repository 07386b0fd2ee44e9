"""MODEL_CARD.md and the tables of pages."""
