from .dataset import DataSet, load_data, part
from .folds import grouped_folds
from .splits import assign_parts

__all__ = ["DataSet", "assign_parts", "grouped_folds", "load_data", "part"]
