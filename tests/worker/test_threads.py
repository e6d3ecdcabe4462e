"""Heavy work runs beside the event loop, and only so much of it at once."""

from __future__ import annotations

import asyncio
import threading

import pytest

from core.settings import Settings
from worker.threads import Threads


async def test_the_event_loop_goes_on_while_something_is_computed():
    threads, go_on = Threads(Settings(worker_concurrency=1)), threading.Event()
    work = asyncio.create_task(threads.run(go_on.wait))
    await asyncio.sleep(0)
    go_on.set()
    assert await work
    threads.close()


async def test_no_more_is_computed_at_once_than_was_set():
    threads = Threads(Settings(worker_concurrency=2))
    together, alone = threading.Barrier(2), threading.Barrier(3)

    def meet(barrier: threading.Barrier) -> int:
        return barrier.wait(timeout=0.5)

    await asyncio.gather(*(threads.run(lambda: meet(together)) for _ in range(2)))
    with pytest.raises(threading.BrokenBarrierError):
        await asyncio.gather(*(threads.run(lambda: meet(alone)) for _ in range(3)))
    threads.close()


async def test_what_it_raises_comes_out():
    threads = Threads(Settings(worker_concurrency=1))
    with pytest.raises(ZeroDivisionError):
        await threads.run(lambda: 1 // 0)
    threads.close()
