from .registry import changed_image, locate_face

__all__ = ["changed_image", "locate_face"]
