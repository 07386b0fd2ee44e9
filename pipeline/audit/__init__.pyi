from .audit import Audit, audit_data
from .serious import serious_findings
from .shortcuts import find_shortcuts

__all__ = ["Audit", "audit_data", "find_shortcuts", "serious_findings"]
