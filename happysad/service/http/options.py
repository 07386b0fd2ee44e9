"""What stands behind the question mark of an address: nothing that would be ignored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from fastapi import Request

from happysad.utils.errors import UserError


def only(*names: str) -> Callable[[Request], None]:
    """A dependency of FastAPI: UserError for options of another name, or given twice.

    Who writes ``maxerror`` for ``max_error`` would take the answers for surer than they are.
    """

    def check(request: Request) -> None:
        for name, times in Counter(key for key, _ in request.query_params.multi_items()).items():
            if name not in names:
                known = " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
                known = known or "those of the body"
                raise UserError(f"there is no option {name[:40]!r}, only {known}")
            if times > 1:
                raise UserError(f"the option {name} is given {times} times")

    return check
