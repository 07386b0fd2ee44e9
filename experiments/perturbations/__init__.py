"""Changes that photographs suffer."""
