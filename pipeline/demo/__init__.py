"""The built-in data set: happy and sad faces of nobody, drawn by seed, as images and as video."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.pipeline.demo.demo_clips import Actor, draw_clip
    from happysad.pipeline.demo.demo_faces import demo_folder, make_demo_faces

__all__ = ["Actor", "demo_folder", "draw_clip", "make_demo_faces"]

__getattr__ = lazy_names(
    __name__,
    {
        "Actor": "demo_clips",
        "demo_folder": "demo_faces",
        "draw_clip": "demo_clips",
        "make_demo_faces": "demo_faces",
    },
)
