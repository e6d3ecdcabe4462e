"""Jobs that don't end by themselves: their callers hear of it, and the worker they broke makes room for another."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.deployment import Api, Deployment, Process
from tests.end_to_end.requests import pending_job
from tests.waiting import PATIENCE_S

HEALTHY = {"source": {"id": "", "url": "http://h/", "token": ""}}
COMPLETED = {"status": "completed", "stacktraces": [], "raw_stacktraces": []}


async def evil_deployment(fleet: Deployment, **settings: str) -> tuple[Api, Process]:
    settings["UNMANGLE_WORKER_STUCK_AFTER"] = "1"
    api = fleet.start_api(**settings)
    worker = fleet.start("tests.end_to_end.evil_worker", **settings)
    await api.wait_for_workers()
    return api, worker


@pytest.mark.parametrize(
    "evil, exit_code",
    [
        pytest.param("burn_in_python", 70, id="a-loop-that-never-awaits"),
        pytest.param("hold_the_interpreter", 1, id="C-code-that-lets-no-other-thread-run"),
    ],
)
async def test_a_worker_that_a_job_keeps_from_everything_else_ends(fleet, evil, exit_code):
    api, worker = await evil_deployment(fleet)
    await pending_job(api, {**HEALTHY, "release": evil})
    assert await asyncio.to_thread(worker.popen.wait, PATIENCE_S) == exit_code
    assert evil in worker.log()


async def test_a_job_that_hangs_in_a_thread_is_a_timeout_and_its_worker_stops_politely(fleet):
    api, worker = await evil_deployment(fleet, UNMANGLE_REQUEST_TIMEOUT="1")
    assert await api.submit({**HEALTHY, "release": "hang_in_a_thread"}) == {"status": "timeout"}
    assert await api.submit(HEALTHY) == COMPLETED
    assert await asyncio.to_thread(worker.popen.wait, PATIENCE_S) == 0
    assert "hang_in_a_thread" not in worker.log()  # only the thread is left of it
    assert re.search(r"a thread has been at one thing for \d+ s", worker.log())


async def test_a_job_whose_thread_computes_for_too_long_is_answered_and_its_worker_stops_politely(fleet):
    api, worker = await evil_deployment(fleet)
    assert await api.submit({**HEALTHY, "release": "burn_in_a_thread"}) == COMPLETED
    assert await api.submit(HEALTHY) == COMPLETED
    assert await asyncio.to_thread(worker.popen.wait, PATIENCE_S) == 0
    assert "a thread has computed for" in worker.log()
    assert "_burn" in worker.log()
