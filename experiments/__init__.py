"""Questions asked of the models: a comparison, and what makes them better or worse."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
