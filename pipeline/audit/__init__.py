"""What is wrong with a data set: leaks, copies, shortcuts and other faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.pipeline.audit.audit import Audit, audit_data
    from happysad.pipeline.audit.shortcuts import find_shortcuts

__all__ = ["Audit", "audit_data", "find_shortcuts"]

__getattr__ = lazy_names(
    __name__, {"Audit": "audit", "audit_data": "audit", "find_shortcuts": "shortcuts"}
)
