"""The subcommands of ``happysad``, one a file."""
