from .image_formats import format_names, image_form

__all__ = ["format_names", "image_form"]
