from .audit import Audit, audit_data
from .shortcuts import find_shortcuts

__all__ = ["Audit", "audit_data", "find_shortcuts"]
