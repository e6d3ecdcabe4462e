"""Jobs that wait for files are bounded, in all and for each scope, and those beyond come to their turn."""

from __future__ import annotations

import asyncio

import pytest

from core.observing.counts import Counts
from core.observing.metrics import PARKED
from worker.waiting_jobs import MOST_BYTES, JobPlace, WaitingJobs, present_place


@pytest.fixture
def counts() -> Counts:
    return Counts()


@pytest.fixture
def jobs(counts: Counts) -> WaitingJobs:
    """Eight may wait, two of each scope."""
    return WaitingJobs(8, counts)


class Job:
    """A job that needs a file, and then has it when it is told to."""

    def __init__(self, jobs: WaitingJobs, scope: str, body_bytes: int = 0) -> None:
        self.state = "new"
        self.ended = asyncio.Event()
        self.noted = 0
        self._jobs, self._scope, self._body_bytes = jobs, scope, body_bytes
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        place = JobPlace(self._jobs, self._scope, self._body_bytes, self._note)
        try:
            try:
                await self._need_a_file()
            except asyncio.CancelledError:
                if not place.is_parked:
                    raise
                self.state = "parked"
                await place.turn()
                await self._need_a_file()
            self.state = "done"
        finally:
            place.leave()

    async def _need_a_file(self) -> None:
        place = present_place()
        assert place is not None
        forever = place.needs_files()
        if forever is not None:
            await forever
        self.state = "waiting"
        await self.ended.wait()

    def _note(self) -> None:
        self.noted += 1


async def settled(*jobs: Job) -> list[str]:
    for _ in range(10):
        await asyncio.sleep(0)
    return [job.state for job in jobs]


async def finish(*jobs: Job) -> None:
    for job in jobs:
        job.ended.set()
    await asyncio.gather(*(job.task for job in jobs), return_exceptions=True)


async def test_a_scope_has_its_share_and_others_have_theirs(jobs, counts):
    some = [Job(jobs, "a") for _ in range(4)]
    assert await settled(*some) == ["waiting", "waiting", "parked", "parked"]
    others = [Job(jobs, scope) for scope in "bbccdd"]
    assert await settled(*others) == ["waiting"] * 6
    assert counts.news()[PARKED.field()] == 2
    some[0].ended.set()
    assert await settled(*some) == ["done", "waiting", "waiting", "parked"]
    await finish(*some, *others)
    assert [job.state for job in some] == ["done"] * 4
    assert [job.noted for job in some] == [1] * 4


async def test_all_together_are_bounded_and_a_turn_goes_to_whoever_may_have_it(jobs):
    first = [Job(jobs, scope) for scope in "aabbccdd"]
    late = [Job(jobs, scope) for scope in "ae"]
    assert await settled(*late) == ["parked", "parked"]
    first[2].ended.set()  # of b
    assert await settled(*late) == ["parked", "waiting"]
    first[0].ended.set()
    assert await settled(*late) == ["waiting", "waiting"]
    await finish(*first, *late)


async def test_bodies_count_but_one_job_of_a_scope_may_always_wait(jobs):
    large = Job(jobs, "a", MOST_BYTES // 2)
    another = Job(jobs, "a", 1)
    elsewhere = Job(jobs, "b", MOST_BYTES // 2)
    beyond = Job(jobs, "c", 1)
    assert await settled(large, another, elsewhere, beyond) == ["waiting", "parked", "waiting", "parked"]
    large.ended.set()
    assert await settled(another, beyond) == ["waiting", "waiting"]
    await finish(another, elsewhere, beyond)


async def test_a_body_larger_than_all_may_wait_alone(jobs):
    large = Job(jobs, "a", 2 * MOST_BYTES)
    assert await settled(large) == ["waiting"]
    await finish(large)


async def test_a_parked_job_that_is_cancelled_is_forgotten(jobs):
    some = [Job(jobs, "a") for _ in range(3)]
    await settled(*some)
    some[2].task.cancel()
    await settled(*some)
    await finish(*some)
    assert not jobs._parked
    assert not jobs._waiting
    assert not jobs._bytes


async def test_work_that_outlives_its_job_counts_for_nothing(jobs):
    place = JobPlace(jobs, "a", 0, lambda: None)
    assert place.needs_files() is None
    place.leave()
    assert place.needs_files() is None
    assert not jobs._waiting
