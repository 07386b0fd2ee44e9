"""The one exception that stands for a user's mistake."""

from __future__ import annotations


class UserError(ValueError):
    """Something the user can mend: its text is one sentence that says what, where and how.

    The command line prints the sentence and ends with exit code 2; a script may catch it as
    a ``ValueError``.
    """
