"""Workers that are killed, messages that vanish, connections that break: every accepted job ends all the same."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal

import pytest

from core.queue.jobs import IN_FLIGHT, QUEUE, WORKERS, job_key
from tests.end_to_end.requests import celery, pending_job, request_to, slow_file, started
from tests.waiting import PATIENCE_S, until
from tests.worker.source_server import reply

HEALTHY = {"source": {"id": "", "url": "http://h/", "token": ""}}


async def holder(redis, request_id: str, but: str = "") -> str:
    """Return which worker process holds a job, once one other than ``but`` does."""
    worker = b""

    def has_one() -> bool:
        nonlocal worker
        worker = redis.hget(job_key(request_id), "worker") or b""
        return worker.decode() not in ("", but)

    await until(has_one)
    return worker.decode()


async def until_queued_again(redis, request_id: str) -> None:
    """Return when nobody holds a job any more."""
    await until(lambda: redis.hget(job_key(request_id), "worker") is None)


async def process_of_its_own(redis, request_id: str, but: int = 0) -> int:
    """Return which process runs a job that has one of its own, once it is another one than ``but``."""
    process = but

    def has_one() -> bool:
        nonlocal process
        process = int(redis.hget(job_key(request_id), "process") or but)
        return process != but

    await until(has_one)
    return process


async def until_noted(redis, request_ids: list[str], count: int) -> None:
    """Return when so many of the jobs have a process of their own."""
    await until(lambda: sum(redis.hexists(job_key(each), "process") for each in request_ids) >= count)


def kill(worker: str) -> None:
    os.kill(int(worker.partition("@")[0].removeprefix("worker-")), signal.SIGKILL)


@pytest.mark.parametrize("consumer", ["native", "stock"])
async def test_what_a_killed_worker_held_is_run_by_another_one(fleet, fleet_redis, server, consumer):
    api = fleet.start_api()
    for _ in range(2):
        fleet.start_worker(UNMANGLE_WORKER_CONSUMER=consumer)
    await api.wait_for_workers()
    gate = slow_file(server)
    ids = [await pending_job(api, request_to(server)) for _ in range(5)]
    victim = await holder(fleet_redis, ids[0])
    kill(victim)
    for request_id in ids:
        await holder(fleet_redis, request_id, but=victim)
    gate.open()
    assert [(await api.poll(request_id))["status"] for request_id in ids] == ["completed"] * 5


async def test_what_workers_were_killed_with_is_run_again_and_answered(fleet, fleet_redis, server):
    api = fleet.start_api()
    await api.wait_until_up()
    gate = slow_file(server)
    bystander = await pending_job(api, request_to(server))
    for _ in range(2):
        worker = fleet.start_worker()
        await holder(fleet_redis, bystander)
        worker.stop(signal.SIGKILL)
        await until_queued_again(fleet_redis, bystander)
    third = fleet.start_worker()
    process = await process_of_its_own(fleet_redis, bystander)
    third.stop(signal.SIGKILL)  # which proves nothing about the job
    fleet.start_worker()
    assert await process_of_its_own(fleet_redis, bystander, but=process) != process
    gate.open()
    assert (await api.poll(bystander))["status"] == "completed"


async def test_suspects_that_wait_for_a_process_outlive_any_number_of_workers(fleet, fleet_redis, server):
    api = fleet.start_api()
    await api.wait_until_up()
    gate = slow_file(server)
    ids = [await pending_job(api, request_to(server)) for _ in range(6)]
    for request_id in ids:
        fleet_redis.hset(job_key(request_id), "deaths", 2)
    for _ in range(2):
        worker = fleet.start_worker()
        await until_noted(fleet_redis, ids, 4)
        assert all([await holder(fleet_redis, request_id) for request_id in ids])
        worker.stop(signal.SIGKILL)
        for request_id in ids:
            await until_queued_again(fleet_redis, request_id)
    fleet.start_worker()
    gate.open()
    assert [(await api.poll(request_id))["status"] for request_id in ids] == ["completed"] * 6


async def test_only_the_death_of_its_own_process_proves_poison(fleet, fleet_redis, server):
    """And what a service manager sends to all processes to stop them kills none but the worker's."""
    api = fleet.start_api()
    await api.wait_until_up()
    gate = slow_file(server)
    ids = [await pending_job(api, request_to(server)) for _ in range(2)]
    for request_id in ids:
        fleet_redis.hset(job_key(request_id), "deaths", 7)
    worker = fleet.start_worker()
    stopped, killed = [await process_of_its_own(fleet_redis, request_id) for request_id in ids]
    os.kill(stopped, signal.SIGTERM)
    os.kill(killed, signal.SIGKILL)
    assert await api.poll(ids[1]) == {"status": "internal_error"}
    gate.open()
    assert (await api.poll(ids[0]))["status"] == "completed"
    assert worker.popen.poll() is None


async def test_poison_takes_two_workers_and_a_process_of_its_own_and_nobody_with_it(fleet, fleet_redis):
    api = fleet.start_api()
    await api.wait_until_up()
    poison = await pending_job(api, {**HEALTHY, "release": "kill_the_process"})
    for _ in range(2):
        worker = fleet.start("tests.end_to_end.evil_worker")
        assert await asyncio.to_thread(worker.popen.wait, PATIENCE_S) == -signal.SIGKILL
    third = fleet.start("tests.end_to_end.evil_worker")
    assert await api.poll(poison) == {"status": "internal_error"}
    assert f"job {poison} ends as internal_error: the process of its own that ran it died (SIGKILL)" in third.log()
    assert (await api.submit(HEALTHY))["status"] == "completed"
    assert third.popen.poll() is None
    assert fleet_redis.zcard(IN_FLIGHT) == 0


@pytest.mark.parametrize("consumer", ["native", "stock"])
async def test_a_job_whose_message_was_lost_is_run(fleet, fleet_redis, server, consumer):
    api = fleet.start_api()
    await api.wait_until_up()
    server.put("/app.js", reply(b"run()"))
    ids = [await pending_job(api, request_to(server)) for _ in range(3)]
    fleet_redis.delete(QUEUE)
    fleet.start_worker(UNMANGLE_WORKER_CONSUMER=consumer)
    assert [(await api.poll(request_id))["status"] for request_id in ids] == ["completed"] * 3


async def test_jobs_go_on_after_every_connection_to_redis_was_cut(fleet, fleet_redis, server):
    api = fleet.start_api()
    fleet.start_worker()
    await api.wait_for_workers()
    gate = slow_file(server)
    request_id = await pending_job(api, request_to(server))
    await started(server)
    for kind in ("normal", "pubsub"):
        fleet_redis.client_kill_filter(_type=kind, skipme=True)
    gate.open()
    assert (await api.poll(request_id))["status"] == "completed"
    assert (await api.submit(request_to(server)))["status"] == "completed"


async def test_a_worker_that_stops_leaves_the_list_of_workers(fleet, fleet_redis):
    api = fleet.start_api()
    worker = fleet.start_worker()
    await api.wait_for_workers()
    assert fleet_redis.zcard(WORKERS) == 1
    assert await asyncio.to_thread(worker.stop) == 0, worker.log()
    assert fleet_redis.zcard(WORKERS) == 0


async def test_celery_counts_the_jobs_and_sends_events_for_those_who_ask(fleet, fleet_redis, server):
    api = fleet.start_api()
    fleet.start_worker()
    await api.wait_for_workers()
    server.put("/app.js", reply(b"run()"))
    with celery(fleet_redis) as app, app.connection_for_read() as connection_for_read:
        seen: list[str] = []
        receiver = app.events.Receiver(connection_for_read, handlers={"*": lambda event: seen.append(event["type"])})
        with receiver.consumer_context() as (connection, _, _):
            while "task-succeeded" not in seen:  # what is sent before the other side listens is lost
                await asyncio.to_thread(app.control.enable_events, reply=True, timeout=1)
                assert (await api.submit(request_to(server)))["status"] == "completed"
                with contextlib.suppress(TimeoutError):
                    await asyncio.to_thread(connection.drain_events, timeout=1)
        stats = await asyncio.to_thread(app.control.inspect(timeout=PATIENCE_S, limit=1).stats)
    assert [each["total"]["unmangle.symbolicate_js"] >= 2 for each in stats.values()] == [True]
    assert {"task-received", "task-started"} <= set(seen)
