from .drawing import Mark, draw_marks

__all__ = ["Mark", "draw_marks"]
