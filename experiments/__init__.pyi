from .compare import Comparison

__all__ = ["Comparison"]
