from .columns import columns_of
from .html.report import write_report
from .html.section import Section
from .tables.run_tables import RunTables, read_run

__all__ = ["RunTables", "Section", "columns_of", "read_run", "write_report"]
