"""``python -m happysad`` is the command ``happysad``."""

from happysad.cli import main

main(prog_name="python -m happysad")
