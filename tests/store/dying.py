"""Processes that die by SIGKILL at a certain request to the object store: ``python -m tests.store.dying worker``.

``DIE_AT`` is the number of that request, counted from the first one of an upload: a chunk that is written (``api``) or
read (``worker``).  ``DIE_MOMENT`` says if it dies before the request is made, or after it was answered.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Awaitable
from typing import Any

from core.store.object_store import Objects

_LAST_OPERATIONS = {"api": "put", "worker": "get"}


def die_in_time(role: str) -> None:
    """Have this process die when its time has come."""
    first, at, moment = _LAST_OPERATIONS[role], int(os.environ["DIE_AT"]), os.environ["DIE_MOMENT"]
    ask = Objects._ask
    asked = 0

    async def dying(self: Objects, operation: str, key: str, call: Awaitable[Any], *more: Any, **options: Any) -> Any:
        nonlocal asked
        if asked or (operation == first and "/chunks/" in key):
            asked += 1
        is_last = asked == at
        if is_last and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = await ask(self, operation, key, call, *more, **options)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    Objects._ask = dying  # type: ignore[method-assign]


if __name__ == "__main__":
    die_in_time(sys.argv[1])
    if sys.argv[1] == "api":
        from api.api_process import run_api

        run_api()
    else:
        from worker.worker_process import main as work

        work()
