"""happysad tells a happy face from a sad one, and compares the ways of doing so.

>>> from happysad import make_model
>>> [name for name, step in make_model("hog-svm").steps]
['faces', 'augment', 'features', 'classifier']
"""

from __future__ import annotations

import os
from typing import Any

import lazy_loader

# In a checkout the packages features, pipeline and experiments lie beside this folder.
_CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if os.path.isfile(os.path.join(_CHECKOUT, "features", "hog.py")):
    __path__.append(_CHECKOUT)

_public, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ += ["__version__"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("happysad")
    return _public(name)
