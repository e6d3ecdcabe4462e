"""Redis goes away, comes back, comes back empty, is full: 503 meanwhile, and everything goes on by itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path

import aiohttp
import pytest
from redis import Redis

from api.serving.redis_server import redis_server
from api.sockets import free_port
from core.queue.jobs import payload_key
from tests.deployment import Deployment
from tests.end_to_end.requests import pending_job, request_to, slow_file, started
from tests.waiting import until
from tests.worker.source_server import reply


class Servers:
    """One Redis server after another on the same port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._running = contextlib.ExitStack()

    def start(self, *options: str) -> None:
        self._running.enter_context(redis_server(*options, port=self.port))

    def start_persistent(self) -> None:
        self.start("--appendonly", "yes", "--dir", str(self._folder))

    def stop(self) -> None:
        self._running.close()


@pytest.fixture
def servers(tmp_path):
    servers = Servers(tmp_path)
    yield servers
    servers.stop()


@pytest.fixture
def fleet(servers):
    with Deployment(servers.url) as deployment:
        yield deployment


async def status(api, server) -> tuple[int, str | None]:
    """Submit a request that takes no work, and return the status and ``Retry-After`` of its answer."""
    request = {**request_to(server), "stacktraces": []}
    url = api.url("/symbolicate-js?timeout=5")
    async with aiohttp.ClientSession() as session, session.post(url, json=request) as answer:
        return answer.status, answer.headers.get("Retry-After")


async def works_again(api, server) -> None:
    async def works() -> bool:
        return await status(api, server) == (200, None)

    await until(works)


async def test_accepted_jobs_survive_a_restart_of_a_redis_that_persists(servers, fleet, server):
    servers.start_persistent()
    api = fleet.start_api()
    worker = fleet.start_worker()
    await api.wait_for_workers()
    gate = slow_file(server)
    running = await pending_job(api, request_to(server))
    await started(server)
    waiting = asyncio.create_task(api.submit(request_to(server)))
    await asyncio.sleep(0)
    servers.stop()
    assert await status(api, server) == (503, "5")
    servers.start_persistent()
    gate.open()
    await works_again(api, server)
    assert (await api.poll(running))["status"] == "completed"
    with contextlib.suppress(AssertionError):  # a 503, if it was not accepted before the stop
        assert (await waiting)["status"] == "completed"
    assert worker.popen.poll() is None


async def test_a_redis_that_comes_back_empty_is_used_at_once_and_lost_jobs_are_503_to_those_who_wait(
    servers, fleet, server
):
    servers.start()
    api = fleet.start_api()
    fleet.start_worker()
    await api.wait_for_workers()
    gate = slow_file(server)
    waiting = asyncio.create_task(api.submit(request_to(server)))
    await started(server)
    servers.stop()
    servers.start()
    with pytest.raises(AssertionError, match="the job store is unavailable"):
        await waiting
    gate.open()
    await works_again(api, server)


async def test_a_full_redis_is_a_503_and_jobs_that_were_accepted_still_end(servers, fleet, server):
    servers.start()
    api = fleet.start_api()
    fleet.start_worker()
    await api.wait_for_workers()
    gate = slow_file(server)
    request_id = await pending_job(api, request_to(server))
    await started(server)
    with Redis.from_url(servers.url) as redis:
        redis.config_set("maxmemory", 1)
        assert await status(api, server) == (503, "5")
        assert (await api.poll(request_id, "?timeout=0"))["status"] == "pending"
        redis.config_set("maxmemory", 0)
    gate.open()
    assert (await api.poll(request_id))["status"] == "completed"
    await works_again(api, server)


async def test_a_redis_that_answers_nothing_for_a_while_delays_and_loses_nothing(servers, fleet, server):
    servers.start()
    api = fleet.start_api()
    fleet.start_worker()
    await api.wait_for_workers()
    server.put("/app.js", reply(b"run()"))
    with Redis.from_url(servers.url) as redis:
        process = redis.info("server")["process_id"]
        os.kill(process, signal.SIGSTOP)
        try:
            assert await status(api, server) == (503, "5")
        finally:
            os.kill(process, signal.SIGCONT)
    await works_again(api, server)
    assert (await api.submit(request_to(server)))["status"] == "completed"


async def test_a_job_whose_body_was_evicted_is_an_internal_error_and_the_log_says_why(servers, fleet, server):
    servers.start()
    api = fleet.start_api()
    await api.wait_until_up()
    request_id = await pending_job(api, request_to(server))
    with Redis.from_url(servers.url) as redis:
        redis.delete(payload_key(request_id))
    worker = fleet.start_worker()
    assert await api.poll(request_id) == {"status": "internal_error"}
    assert "noeviction" in worker.log()


@pytest.mark.parametrize("consumer", ["native", "stock"])
async def test_an_outage_is_told_once_at_its_begin_and_at_its_end(servers, fleet, server, consumer):
    servers.start()
    api = fleet.start_api()
    worker = fleet.start_worker(UNMANGLE_WORKER_CONSUMER=consumer)
    await api.wait_for_workers()
    servers.stop()
    logs = {"API": api.process.log, "worker": worker.log}
    while not all("Redis can't be used: " in log() for log in logs.values()):
        assert (await status(api, server))[0] == 503
    servers.start()
    await works_again(api, server)
    # Celery pauses for longer and longer before it tries again.
    await until(lambda: all("Redis can be used again, after " in log() for log in logs.values()))
    for log in logs.values():
        assert log().count("Redis can't be used: ") == 1
        lines = [line for line in log().splitlines() if " WARNING " in line or " ERROR " in line]
        others = [line for line in lines if "Redis can" not in line and "queued again" not in line]
        assert others == []
        assert "Traceback" not in log()
        assert "<redis" not in log()


async def test_connections_that_were_closed_because_they_were_idle_alarm_nobody(fleet_url_with_timeout, server):
    url, redis = fleet_url_with_timeout
    with Deployment(url) as deployment:
        api = deployment.start_api()
        workers = [deployment.start_worker(UNMANGLE_WORKER_CONSUMER=consumer) for consumer in ("native", "stock")]
        await api.wait_for_workers()
        for _ in range(2):
            await asyncio.gather(*(status(api, server) for _ in range(10)))  # so that there are many
            before = {client["id"] for client in redis.client_list(_type="normal")}
            await until(lambda: not before <= {client["id"] for client in redis.client_list(_type="normal")})  # noqa: B023
            assert await status(api, server) == (200, None)
        logs = "".join(process.log() for process in [api.process, *workers])
        assert "Redis can't be used" not in logs


@pytest.fixture
def fleet_url_with_timeout():
    port = free_port()
    with redis_server("--timeout", "1", port=port) as url, Redis(port=port) as redis:
        yield url, redis
