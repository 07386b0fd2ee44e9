"""From a run's rows to tables, figures and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from happysad.utils.lazy_names import lazy_names

if TYPE_CHECKING:
    from happysad.experiments.reporting.columns import columns_of
    from happysad.experiments.reporting.html.report import write_report
    from happysad.experiments.reporting.html.sections import Section
    from happysad.experiments.reporting.tables.run_tables import RunTables, read_run

__all__ = ["RunTables", "Section", "columns_of", "read_run", "write_report"]

__getattr__ = lazy_names(
    __name__,
    {
        "RunTables": "tables.run_tables",
        "Section": "html.sections",
        "columns_of": "columns",
        "read_run": "tables.run_tables",
        "write_report": "html.report",
    },
)
