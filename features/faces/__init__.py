"""Faces found in images, located, and turned upright."""
