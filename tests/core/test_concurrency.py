"""Ends of background tasks that don't want to."""

from __future__ import annotations

import asyncio

from core.concurrency import end


async def test_a_task_that_takes_a_cancellation_for_a_broken_connection_ends_all_the_same():
    cancelled = 0

    async def reconnect_for_ever() -> None:
        nonlocal cancelled
        while cancelled < 3:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled += 1

    task = asyncio.create_task(reconnect_for_ever())
    await asyncio.sleep(0)
    await end(task)
    assert (task.done(), cancelled) == (True, 3)


async def test_what_a_task_ends_with_is_not_ours():
    async def fail() -> None:
        raise LookupError

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    await end(task)
    assert isinstance(task.exception(), LookupError)
