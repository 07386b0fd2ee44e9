"""The HTTP service and its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.service.api import create_app
    from happysad.service.state import Settings

__all__ = ["Settings", "create_app"]

__getattr__ = lazy_names(__name__, {"Settings": "state", "create_app": "api"})
