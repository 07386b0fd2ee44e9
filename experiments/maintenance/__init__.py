"""What maintainers run: pictures, published tables, built-in data."""
