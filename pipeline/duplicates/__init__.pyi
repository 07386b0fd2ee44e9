from .ecc_alignment import Match, thumbnail
from .near_duplicates import Pair, find_near_duplicates, find_near_duplicates_between

__all__ = ["Match", "Pair", "find_near_duplicates", "find_near_duplicates_between", "thumbnail"]
