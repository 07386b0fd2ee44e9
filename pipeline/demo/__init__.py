"""The built-in faces."""
