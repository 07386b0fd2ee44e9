"""Shared by all packages and importing none of them: errors, files, image decoding, the cache."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
