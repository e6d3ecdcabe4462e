"""Tasks of an event loop: several at a time, and the end of one that runs in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

_CANCEL_AGAIN_AFTER_S = 0.1

_T = TypeVar("_T")
_R = TypeVar("_R")


async def all_of(work: Callable[[_T], Awaitable[_R]], values: Iterable[_T], at_once: int) -> list[_R]:
    """Return what ``work`` makes of each value, in their order; it is done for ``at_once`` of them at a time.

    If it fails for one, or the caller is cancelled, the others are stopped, and the first failure is raised.
    """
    turns = asyncio.Semaphore(at_once)

    async def in_turn(value: _T) -> _R:
        async with turns:
            return await work(value)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(in_turn(value)) for value in values]
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


async def end(task: asyncio.Task[Any]) -> None:
    """Cancel ``task``, again and again until it has ended, however it does.

    Once is not enough for what talks to Redis for ever: redis-py swallows a cancellation that comes while it shakes
    hands, and says instead that the connection failed.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_CANCEL_AGAIN_AFTER_S)
    if not task.cancelled():
        task.exception()  # or asyncio would complain that nobody asked
