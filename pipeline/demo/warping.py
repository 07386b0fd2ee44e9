"""A piecewise affine warp: each triangle of a mesh over an image's landmarks goes elsewhere."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_N_BORDER = 5  # vertices along each side of the frame, corners included
_SLACK = 0.25  # in sides of a triangle
_FOREHEAD = [17, 19, 24, 26]  # brows above which the forehead has a vertex
_LIFT = 0.14  # so far above, in sides of the frame


def with_border(landmarks: NDArray[Any], side: int) -> NDArray[np.float32]:
    """Landmarks (68, 2), 4 vertices of the forehead and 16 on the edge of a frame's ``side``."""
    forehead = np.maximum(landmarks[_FOREHEAD] - [0, _LIFT * side], 0)
    steps = np.linspace(-0.5, side - 0.5, _N_BORDER)
    edge = [(x, y) for y in steps for x in steps if {x, y} & {steps[0], steps[-1]}]
    return np.concatenate([landmarks, forehead, np.array(edge)]).astype(np.float32)


def rescaled(points: NDArray[Any], factor: float) -> NDArray[np.float32]:
    """Points of a picture after the picture was resized by ``factor``; pixel centres are whole."""
    return np.asarray((points + 0.5) * factor - 0.5, np.float32)


def warp(
    image: NDArray[Any],
    source: NDArray[np.float32],
    target: NDArray[np.float32],
    triangles: NDArray[np.uint8],
    side: int,
) -> NDArray[np.float32]:
    """The (side, side) float32 image in which what was at ``source`` is at ``target``.

    Both are (v, 2) vertices, in pixels; where ``triangles`` (t, 3) overlap the last is seen.
    """
    corners = target[triangles]
    which = np.zeros((side, side), np.int32)
    for number, triangle in enumerate(np.rint(16 * corners).astype(np.int32)):
        cv2.fillConvexPoly(which, triangle, number, shift=4)
    origin, one, other = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = _cross(one, other)
    area[np.abs(area) < 1e-3] = 1e-3  # a triangle without area is a line of pixels or less
    grid = np.stack(np.meshgrid(*2 * [np.arange(side, dtype=np.float32)]), axis=-1)
    inside = grid - origin[which]
    # A pixel on an edge may lie a little outside of its triangle; far outside of a narrow one.
    second = (_cross(inside, other[which]) / area[which]).clip(-_SLACK, 1 + _SLACK)
    third = (_cross(one[which], inside) / area[which]).clip(-_SLACK, 1 + _SLACK)
    beyond = np.maximum((second + third) / (1 + _SLACK), 1)
    origin, one, other = (source[triangles[:, i]] for i in range(3))
    sampled = origin[which] + (second / beyond)[..., None] * (one - origin)[which]
    sampled += (third / beyond)[..., None] * (other - origin)[which]
    sampled = cv2.GaussianBlur(sampled, (0, 0), 1.0)  # or the edges of triangles show as creases
    pixels, edges = image.astype(np.float32), cv2.BORDER_REFLECT_101
    warped = cv2.remap(pixels, sampled, np.empty(0), cv2.INTER_CUBIC, borderMode=edges)
    return np.asarray(warped, np.float32)


def _cross(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0], np.float32)
