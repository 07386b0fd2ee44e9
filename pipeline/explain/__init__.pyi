from .explanation import explain

__all__ = ["explain"]
