from .video_file import VideoReader
from .video_writer import VideoWriter

__all__ = ["VideoReader", "VideoWriter"]
