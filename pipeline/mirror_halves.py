"""Features split into what a face shares with its mirror image and what turns round."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from happysad.features.base import FaceFeature

_ROOT = np.float32(np.sqrt(0.5))


@dataclass(frozen=True, eq=False)
class MirrorHalves:
    """An orthonormal change of basis to even and odd columns.

    Two columns ``x, y`` that a mirror exchanges become ``(x + y) / sqrt 2``, which it leaves
    alone, and ``(x - y) / sqrt 2``, whose sign it turns.

    Attributes
    ----------
    first, second : (k,) int
        Columns that change places.
    sign : (k,) float32
        -1 where they change signs as well.
    fixed, turned : (m,) int
        Columns that stay as they are, and those that only change sign.
    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    sign: NDArray[np.float32]
    fixed: NDArray[np.intp]
    turned: NDArray[np.intp]

    @classmethod
    def of(cls, extractor: FaceFeature, size: int, length: int) -> MirrorHalves:
        """Of an extractor's ``length`` columns for crops of ``size`` pixels.

        All columns count as even where the extractor does not know its mirror image.
        """
        columns = np.arange(length)
        known = extractor.mirror_columns(size)
        order, sign = known if known is not None else (columns, np.ones(length, np.float32))
        alone, pairs = order == columns, columns < order
        return cls(
            columns[pairs],
            order[pairs],
            sign[pairs],
            columns[alone & (sign > 0)],
            columns[alone & (sign < 0)],
        )

    def split(self, rows: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Even and odd columns of (n, d) features: (n, k + m), (n, k + m') float32."""
        first, second = rows.take(self.first, axis=1), rows.take(self.second, axis=1)
        second *= self.sign
        even = np.concatenate([(first + second) * _ROOT, rows[:, self.fixed]], axis=1)
        odd = np.concatenate([(first - second) * _ROOT, rows[:, self.turned]], axis=1)
        return even, odd

    def joined(self, even: NDArray[np.float32]) -> NDArray[np.float32]:
        """The features (d,) whose even columns are ``even`` and whose odd ones are 0."""
        out = np.zeros(2 * len(self.first) + len(self.fixed) + len(self.turned), np.float32)
        k = len(self.first)
        out[self.first] = even[:k] * _ROOT
        out[self.second] = even[:k] * _ROOT * self.sign
        out[self.fixed] = even[k:]
        return out
