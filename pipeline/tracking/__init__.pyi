from .tracker import FaceTracker

__all__ = ["FaceTracker"]
