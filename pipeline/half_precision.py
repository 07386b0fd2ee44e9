"""Large fitted arrays that take half the place in a file and lose nothing on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def halved(array: NDArray[Any]) -> NDArray[np.float32]:
    """The same numbers rounded to 11 bits (IEEE half precision), as float32, in C order.

    Rounded once, when fitted, so that a model answers alike before it is saved and after.
    """
    return np.ascontiguousarray(array.astype(np.float16).astype(np.float32))


class HalfPrecision:
    """Mixin: attributes named in ``_halved``, made by ``halved``, are pickled as float16."""

    _halved: tuple[str, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        # sklearn adds its version
        state: dict[str, Any] = dict(super().__getstate__())  # type: ignore[call-overload]
        for name in self._halved:
            if name in state:
                state[name] = state[name].astype(np.float16)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        widened = {name: state[name].astype(np.float32) for name in self._halved if name in state}
        super().__setstate__({**state, **widened})  # type: ignore[misc]
