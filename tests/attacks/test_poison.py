"""A job that kills whatever process runs it costs no other job its answer."""

from __future__ import annotations

import asyncio
import signal

from tests.deployment import Deployment
from tests.end_to_end.requests import pending_job

HEALTHY = {"source": {"id": "", "url": "http://h/", "token": ""}}


async def test_poison_takes_two_workers_and_its_neighbours_are_answered(redis_url: str) -> None:
    with Deployment(redis_url) as fleet:
        api = fleet.start_api()
        await api.wait_until_up()
        poison = await pending_job(api, {**HEALTHY, "release": "kill_the_process"})
        neighbours = [await pending_job(api, {**HEALTHY, "number": number}) for number in range(20)]
        for _ in range(2):
            worker = fleet.start("tests.end_to_end.evil_worker")
            assert await asyncio.to_thread(worker.popen.wait, 60) == -signal.SIGKILL
        third = fleet.start("tests.end_to_end.evil_worker")
        answers = await asyncio.gather(*(api.poll(each, "?timeout=60") for each in [poison, *neighbours]))
        assert [answer["status"] for answer in answers] == ["internal_error", *["completed"] * len(neighbours)]
        assert third.popen.poll() is None
