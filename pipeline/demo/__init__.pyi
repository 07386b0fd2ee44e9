from .demo_clips import Actor, draw_clip
from .demo_faces import demo_folder, make_demo_faces

__all__ = ["Actor", "demo_folder", "draw_clip", "make_demo_faces"]
