from .detector import find_faces, find_landmarks

__all__ = ["find_faces", "find_landmarks"]
