"""MODEL_CARD.md and the README's tables."""
