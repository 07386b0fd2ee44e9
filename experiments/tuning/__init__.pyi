from .search_space import default_space, make_tuned

__all__ = ["default_space", "make_tuned"]
