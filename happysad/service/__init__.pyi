from .api import create_app
from .state import Settings

__all__ = ["Settings", "create_app"]
