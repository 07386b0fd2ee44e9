"""From a run's rows to tables, figures and the report."""
