"""Celery's own tools, several workers of a host: each has a name, tells what it runs, refuses what it can't do."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.queue.jobs import QUEUE, queue_name
from core.settings import Settings
from tests.end_to_end.requests import control, pending_job, request_to, slow_file, started
from tests.waiting import PATIENCE_S, until
from tests.worker.source_server import reply
from worker.jobs.liveness import beating, node_name

NAME = queue_name(QUEUE)


async def test_every_worker_of_a_host_is_seen_with_all_that_it_runs(fleet, redis_url, server):
    api = fleet.start_api()
    consumers = ["native", "native", "stock"]
    workers = [
        fleet.start_worker(UNMANGLE_WORKER_CONSUMER=consumer, UNMANGLE_WORKER_MAX_JOBS="2") for consumer in consumers
    ]
    names = {f"worker-{worker.popen.pid}@{node_name().partition('@')[2]}" for worker in workers}
    await api.wait_until_up()
    gate = slow_file(server)
    with control(redis_url) as app:
        await until(lambda: set(app.control.inspect(timeout=1).ping() or ()) == names)
        ids = {await pending_job(api, request_to(server)) for _ in range(6)}
        seen: dict[str, list] = {}

        def all_are_seen() -> bool:
            seen.update(app.control.inspect(timeout=1).active() or {})
            return {job["id"] for jobs in seen.values() for job in jobs} == ids

        await until(all_are_seen)
        assert set(seen) == names
        assert {name async for name in heartbeats(app, len(names))} == names
        [first, *_] = sorted(names)
        app.control.shutdown(destination=[first])
        gate.open()
        await until(lambda: sorted(worker.popen.poll() is None for worker in workers) == [False, True, True])
    for request_id in ids:
        assert (await api.poll(request_id))["status"] == "completed"


async def heartbeats(app, count):
    """Yield the names of the nodes whose heartbeats monitors such as Flower get to see, until there are so many."""
    seen = set()
    with app.connection_for_read() as connection:
        receiver = app.events.Receiver(connection)
        with receiver.consumer_context() as (connection, _, _):
            receiver.handlers = {"worker-heartbeat": lambda event: seen.add(event["hostname"])}
            async with asyncio.timeout(PATIENCE_S):
                while len(seen) < count:
                    try:
                        await asyncio.to_thread(connection.drain_events, timeout=1)
                    except TimeoutError:
                        continue
    for name in seen:
        yield name


@pytest.mark.parametrize("consumer", ["native", "stock"])
async def test_commands_work_or_are_refused(fleet, redis_url, server, consumer):
    server.put("/app.js", reply(b"run()"))
    api = fleet.start_api()
    fleet.start_worker(UNMANGLE_WORKER_CONSUMER=consumer, UNMANGLE_WORKER_NAME="one@here")
    await api.wait_for_workers()
    with control(redis_url) as app:

        async def said(command: str, **arguments):
            [answer] = await asyncio.to_thread(
                app.control.broadcast, command, arguments=arguments, reply=True, timeout=PATIENCE_S, limit=1
            )
            return answer["one@here"]

        task = {"task_name": "unmangle.symbolicate_js"}
        assert "no rate limit" in (await said("rate_limit", rate_limit="1/m", **task))["error"]
        assert "UNMANGLE_REQUEST_TIMEOUT" in (await said("time_limit", soft=1, hard=2, **task))["error"]
        for command in ("pool_grow", "pool_shrink"):
            assert "UNMANGLE_WORKER_MAX_JOBS" in (await said(command, n=1))["error"]
        assert "is no queue of this worker" in (await said("cancel_consumer", queue="celery"))["error"]
        assert "is no queue of this worker" in (await said("add_consumer", queue="celery"))["error"]
        assert (await said("stats"))["total"] != {}

        gate = slow_file(server, "/slow.js")
        running = await pending_job(api, request_to(server, "/slow.js"))
        await started(server, "/slow.js")
        assert "ok" in await said("cancel_consumer", queue=NAME)
        queues = [queue["name"] for queue in await said("active_queues")]
        assert NAME not in queues
        waiting = await pending_job(api, request_to(server))
        gate.open()
        assert (await api.poll(running))["status"] == "completed"
        assert (await api.poll(waiting, "?timeout=2"))["status"] == "pending"
        assert "ok" in await said("add_consumer", queue=NAME)
        assert (await api.poll(waiting))["status"] == "completed"
        assert NAME in [queue["name"] for queue in await said("active_queues")]


async def test_a_worker_is_known_to_live_by_its_beats_and_its_file(fleet, redis_url, tmp_path):
    settings, file = Settings(redis_url=redis_url), tmp_path / "alive"
    worker = fleet.start("worker", "--name", "one", UNMANGLE_WORKER_HEARTBEAT_FILE=str(file))
    await until(lambda: beating(settings) == {node_name("one")})
    checks = [await asyncio.to_thread(unmangle, redis_url, "worker", "--check", name) for name in ("one", "two@here")]
    assert [check.returncode for check in checks] == [0, 3]
    touched_at = file.stat().st_mtime
    await until(lambda: file.stat().st_mtime > touched_at)
    assert await asyncio.to_thread(worker.stop) == 0, worker.log()
    assert not file.exists()
    assert beating(settings) == set()
    away = await asyncio.to_thread(unmangle, "redis://127.0.0.1:1/0", "worker", "--check", "one")
    assert (away.returncode, "Traceback" in away.stderr) == (1, False)


def unmangle(redis_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "worker.command", *arguments],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "REDIS_URL": redis_url},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


async def test_the_command_is_celerys_own(fleet, redis_url):
    fleet.start_worker(UNMANGLE_WORKER_NAME="one@here")
    await until(lambda: beating(Settings(redis_url=redis_url)) == {"one@here"})
    while "pong" not in (ran := await asyncio.to_thread(unmangle, redis_url, "celery", "inspect", "ping")).stdout:
        pass
    assert "one@here" in ran.stdout
    assert ran.returncode == 0
    away = await asyncio.to_thread(unmangle, "redis://:s3cret@127.0.0.1:1/0", "celery", "inspect", "ping")
    assert away.returncode != 0
    assert "Traceback" not in away.stderr
    assert "s3cret" not in away.stderr
    assert (await asyncio.to_thread(unmangle, "redis://h/x", "celery", "inspect", "ping")).stderr.startswith(
        "REDIS_URL: "
    )
