"""Waiting for the thing itself, for as long as it may take on a machine that has ten times as much to do."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

PATIENCE_S = 120
"""No test waits for longer; none asserts how long something takes."""

_PAUSE_S = 0.02


def wait_until(condition: Callable[[], object]) -> None:
    """Return when the condition is true.  Raises TimeoutError."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > give_up_at:
            raise TimeoutError("it never came true")
        time.sleep(_PAUSE_S)


async def until(condition: Callable[[], object | Awaitable[object]]) -> None:
    """Return when the condition, which may be a coroutine function, is true.  Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        while not await _value(condition()):  # noqa: ASYNC110  (it happens in other processes)
            await asyncio.sleep(_PAUSE_S)


async def _value(outcome: object | Awaitable[object]) -> object:
    return await outcome if inspect.isawaitable(outcome) else outcome
