"""The built-in data set: happy and sad faces of nobody, drawn by seed, as images and as video."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
