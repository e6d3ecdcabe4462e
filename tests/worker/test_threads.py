"""Heavy work runs beside the event loop, and only so much of it at once."""

from __future__ import annotations

import asyncio
import threading

import pytest

from worker.threads import ThreadGivenUp, Threads


async def test_the_event_loop_goes_on_while_something_is_computed():
    threads, go_on = Threads(1), threading.Event()
    work = asyncio.create_task(threads.run(go_on.wait))
    await asyncio.sleep(0)
    go_on.set()
    assert await work
    threads.close()


async def test_no_more_is_computed_at_once_than_was_set():
    threads = Threads(2)
    together, alone = threading.Barrier(2), threading.Barrier(3)

    def meet(barrier: threading.Barrier) -> int:
        return barrier.wait(timeout=0.5)

    await asyncio.gather(*(threads.run(lambda: meet(together)) for _ in range(2)))
    with pytest.raises(threading.BrokenBarrierError):
        await asyncio.gather(*(threads.run(lambda: meet(alone)) for _ in range(3)))
    threads.close()


async def test_what_it_raises_comes_out():
    threads = Threads(1)
    with pytest.raises(ZeroDivisionError):
        await threads.run(lambda: 1 // 0)
    threads.close()


async def test_what_takes_more_cpu_time_than_it_may_is_given_up():
    threads, go_on = Threads(1), threading.Event()
    burning = asyncio.create_task(threads.run_within(0.05, lambda: burn_until(go_on)))
    while not burning.done():
        threads.give_up()
        await asyncio.sleep(0.01)
    with pytest.raises(ThreadGivenUp, match="CPU time"):
        burning.result()
    go_on.set()
    assert await threads.run_within(60, lambda: 1) == 1  # by the same thread, as it came to its end after all
    threads.close()


async def test_a_thread_is_stuck_when_it_goes_on_for_long_after_it_was_given_up():
    threads, go_on = Threads(1), threading.Event()
    burning = asyncio.create_task(threads.run_within(0.05, lambda: burn_until(go_on)))
    while not threads.give_up():  # noqa: ASYNC110  (only time tells)
        await asyncio.sleep(0.01)
    assert threads.longest_s() > 0.1
    go_on.set()
    with pytest.raises(ThreadGivenUp):
        await burning
    threads.close()


async def test_a_thread_that_waits_takes_no_cpu_time():
    threads, go_on = Threads(1), threading.Event()
    waiting = asyncio.create_task(threads.run_within(0.05, go_on.wait))
    for _ in range(20):
        await asyncio.sleep(0.01)
        assert not threads.give_up()
    go_on.set()
    assert await waiting
    threads.close()


def burn_until(event: threading.Event) -> None:
    while not event.is_set():
        sum(range(1000))
