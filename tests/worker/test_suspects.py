"""Jobs that may have killed a worker: each starts by itself, and nobody waits for ever."""

from __future__ import annotations

import asyncio

import pytest

from worker.job_store import Answer, Job
from worker.suspects import Suspects

ANSWER = Answer(b"{}")


def suspect(name: str) -> Job:
    return Job(name, b"", 900, None, suspect=True)


async def until(condition) -> None:
    while not condition():  # noqa: ASYNC110  (nothing tells us)
        await asyncio.sleep(0)


class Work:
    """Jobs that end when they are told to; knows which ones were noted, and which have started."""

    def __init__(self) -> None:
        self.noted: list[str] = []
        self.running: list[str] = []
        self.may_end = asyncio.Event()

    async def note(self, job: Job) -> None:
        self.noted.append(job.id)

    async def __call__(self, job: Job) -> Answer:
        assert job.id in self.noted
        self.running.append(job.id)
        try:
            await self.may_end.wait()
            return ANSWER
        finally:
            self.running.remove(job.id)


async def test_one_starts_after_the_other_and_slow_ones_run_side_by_side_in_the_end():
    work = Work()
    suspects = Suspects(work.note)
    tasks = [asyncio.create_task(suspects.run(suspect(name), work)) for name in ("a", "b")]
    await until(lambda: work.running)
    assert work.running == ["a"]
    await until(lambda: len(work.running) == 2)
    work.may_end.set()
    assert await asyncio.gather(*tasks) == [ANSWER] * 2


async def test_a_quick_one_lets_the_next_one_start_at_once():
    work = Work()
    work.may_end.set()
    suspects = Suspects(work.note)
    async with asyncio.timeout(20):  # one after another, they would take longer
        answers = await asyncio.gather(*(suspects.run(suspect(str(number)), work) for number in range(50)))
    assert answers == [ANSWER] * 50


async def test_a_crash_is_the_job_s_own_and_the_next_one_starts():
    work = Work()
    suspects = Suspects(work.note)

    async def crash(_: Job) -> Answer:
        raise LookupError

    with pytest.raises(LookupError):
        await suspects.run(suspect("a"), crash)
    work.may_end.set()
    assert await suspects.run(suspect("b"), work) == ANSWER


async def test_what_is_cancelled_stops():
    work = Work()
    suspects = Suspects(work.note)
    task = asyncio.create_task(suspects.run(suspect("a"), work))
    await until(lambda: work.running)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: not work.running)
