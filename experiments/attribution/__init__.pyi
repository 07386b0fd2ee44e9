from .feature_subsets import make_with_blocks
from .importance import permutation_importance

__all__ = ["make_with_blocks", "permutation_importance"]
