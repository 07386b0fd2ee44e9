"""The exception that stands for a user's mistake."""

from __future__ import annotations


class UserError(ValueError):
    """A mistake that the user can correct; its text is one sentence: what, where and how.

    The command line prints the sentence and exits with code 2.

    Examples
    --------
    >>> from happysad.utils import UserError
    >>> try:
    ...     raise UserError("there is no model of this name")
    ... except ValueError as error:
    ...     print(error)
    there is no model of this name
    """
