"""Requests across processes: pending and polls, restarts, several APIs and workers, bad messages."""

from __future__ import annotations

import asyncio
import uuid

import aiohttp
import orjson
import pytest
from kombu import Connection

from core.queue.jobs import IN_FLIGHT, LARGE_QUEUE, QUEUE, SYMBOLICATE_JS, job_key, payload_key, queue_name
from tests.end_to_end.requests import (
    TRANSPORT_OPTIONS,
    broker_url,
    celery,
    pending_job,
    request_to,
    slow_file,
    started,
)
from tests.waiting import PATIENCE_S
from tests.worker.source_server import gated, reply

COMPLETED_REQUEST = {"source": {"id": "", "url": "http://h/", "token": ""}}
COMPLETED = {"status": "completed", "stacktraces": [], "raw_stacktraces": []}


async def test_two_apis_and_two_workers_answer_each_others_polls(fleet, server):
    apis = [fleet.start_api(), fleet.start_api()]
    for _ in range(2):
        fleet.start_worker()
    for each in apis:
        await each.wait_for_workers()
    gate = slow_file(server)
    ids = [await pending_job(apis[number % 2], request_to(server)) for number in range(10)]
    pending = [await apis[(number + 1) % 2].poll(request_id, "?timeout=0") for number, request_id in enumerate(ids)]
    assert [answer["status"] for answer in pending] == ["pending"] * 10
    assert [answer["request_id"] for answer in pending] == ids
    polls = [asyncio.create_task(each.poll(request_id)) for request_id in ids for each in apis]
    gate.open()
    answers = await asyncio.gather(*polls)
    assert all(answer["status"] == "completed" for answer in answers)
    assert all(orjson.dumps(answer) == orjson.dumps(answers[0]) for answer in answers)


async def test_a_waiting_caller_gets_pending_then_polls_until_it_is_done(api, server):
    gate = slow_file(server)
    answer = await api.submit(request_to(server), "?timeout=1")
    assert (answer["status"], answer["retry_after"]) == ("pending", 30)
    assert await api.poll(answer["request_id"], "?timeout=0") == answer
    gate.open()
    assert (await api.poll(answer["request_id"]))["status"] == "completed"
    assert (await api.poll(answer["request_id"], "?timeout=0"))["status"] == "completed"


async def test_polls_go_on_after_every_api_was_restarted(fleet, server):
    first = fleet.start_api()
    fleet.start_worker()
    await first.wait_for_workers()
    gate = slow_file(server)
    request_id = await pending_job(first, request_to(server))
    await started(server)
    first.process.stop()
    second = fleet.start_api()
    await second.wait_until_up()
    assert (await second.poll(request_id, "?timeout=0"))["status"] == "pending"
    gate.open()
    assert (await second.poll(request_id))["status"] == "completed"


async def test_stopping_an_api_answers_those_who_wait(fleet, server):
    api = fleet.start_api()
    fleet.start_worker()
    await api.wait_for_workers()
    slow_file(server)
    caller = asyncio.create_task(api.submit(request_to(server), "?timeout=60"))
    await started(server)
    stopped = asyncio.create_task(asyncio.to_thread(api.process.stop))
    assert (await caller)["status"] == "pending"
    await stopped


async def test_jobs_wait_for_a_worker_to_come(fleet, server):
    api = fleet.start_api()
    await api.wait_until_up()
    request_id = await pending_job(api, request_to(server, "/none.js"))
    fleet.start_worker()
    assert (await api.poll(request_id))["status"] == "completed"


async def test_a_worker_that_is_stopped_finishes_what_it_can(fleet, server):
    api = fleet.start_api()
    worker = fleet.start_worker()
    await api.wait_for_workers()
    gate = slow_file(server)
    request_id = await pending_job(api, request_to(server))
    await started(server)
    stopped = asyncio.create_task(asyncio.to_thread(worker.stop))
    gate.open()
    assert (await api.poll(request_id))["status"] == "completed"
    assert await stopped == 0, worker.log()


@pytest.mark.parametrize("consumer", ["native", "stock"])
async def test_a_worker_that_is_stopped_hands_back_what_takes_longer_to_its_queue(fleet, fleet_redis, server, consumer):
    api = fleet.start_api(UNMANGLE_LARGE_BODY_BYTES="1")
    worker = fleet.start_worker(UNMANGLE_WORKER_SHUTDOWN_GRACE="0", UNMANGLE_WORKER_CONSUMER=consumer)
    await api.wait_for_workers()
    gate = slow_file(server)
    request_id = await pending_job(api, request_to(server))
    await started(server)
    assert await asyncio.to_thread(worker.stop) == 0, worker.log()
    assert (fleet_redis.llen(LARGE_QUEUE), fleet_redis.llen(QUEUE)) == (1, 0)
    gate.open()
    fleet.start_worker(UNMANGLE_WORKER_CONSUMER=consumer)
    assert (await api.poll(request_id))["status"] == "completed"


@pytest.mark.parametrize("consumer", ["native", "stock"])
async def test_a_job_that_is_revoked_before_it_begins_is_an_internal_error(fleet, fleet_redis, server, consumer):
    api = fleet.start_api()
    fleet.start_worker(UNMANGLE_WORKER_CONSUMER=consumer)
    await api.wait_for_workers()
    gate = slow_file(server)
    running = await pending_job(api, request_to(server))
    await started(server)
    with celery(fleet_redis) as app:
        await asyncio.to_thread(app.control.cancel_consumer, queue_name(QUEUE), reply=True, timeout=PATIENCE_S, limit=1)
        queued = await pending_job(api, request_to(server))
        await asyncio.to_thread(app.control.revoke, [running, queued], reply=True, timeout=PATIENCE_S, limit=1)
        await asyncio.to_thread(app.control.add_consumer, queue_name(QUEUE), reply=True, timeout=PATIENCE_S, limit=1)
    gate.open()
    assert await api.poll(queued) == {"status": "internal_error"}
    assert (await api.poll(running))["status"] == "completed"
    assert fleet_redis.zcard(IN_FLIGHT) == 0


async def test_a_job_beyond_the_hard_limit_is_a_timeout(fleet, server, redis_url):
    api = fleet.start_api(UNMANGLE_REQUEST_TIMEOUT="1")
    fleet.start_worker(UNMANGLE_REQUEST_TIMEOUT="1")
    await api.wait_for_workers()
    slow_file(server)
    assert await api.submit(request_to(server)) == {"status": "timeout"}


async def test_a_job_that_crashes_is_an_internal_error_for_every_poll(api, redis):
    # What can't be a request any more by the time it reaches the worker: nobody but a test can do that.
    request_id = str(uuid.uuid4())
    redis.hset(job_key(request_id), mapping={"deadline_ms": 2**42, "handed_out": 1})
    redis.set(payload_key(request_id), b"{}")
    with celery(redis) as app:
        app.send_task(SYMBOLICATE_JS, task_id=request_id, queue=queue_name(QUEUE))
    assert await api.poll(request_id) == {"status": "internal_error"}
    assert await api.poll(request_id, "?timeout=0") == {"status": "internal_error"}
    assert redis.zscore(IN_FLIGHT, request_id) is None


async def test_a_message_of_a_stock_producer_is_taken(api, redis):
    request_id = str(uuid.uuid4())
    redis.hset(job_key(request_id), mapping={"deadline_ms": 2**42, "handed_out": 1})
    redis.set(payload_key(request_id), orjson.dumps({"source": {"id": "", "url": "http://h/", "token": ""}}))
    with celery(redis) as app:
        app.send_task(SYMBOLICATE_JS, task_id=request_id, queue=queue_name(QUEUE))
    assert await api.poll(request_id) == COMPLETED


@pytest.mark.parametrize("serializer", ["pickle", "yaml"])
async def test_a_message_of_another_content_type_is_refused_and_the_worker_goes_on(api, redis, serializer):
    request_id = str(uuid.uuid4())
    redis.hset(job_key(request_id), mapping={"deadline_ms": 2**42, "handed_out": 1})
    redis.set(payload_key(request_id), orjson.dumps({"source": {"id": "", "url": "http://h/", "token": ""}}))
    content_type = {"pickle": "application/x-python-serialize", "yaml": "application/x-yaml"}[serializer]
    with (
        Connection(broker_url(redis), transport_options=TRANSPORT_OPTIONS) as connection,
        connection.Producer() as producer,
    ):
        producer.publish(
            b"[[], {}, {}]",
            routing_key=queue_name(QUEUE),
            content_type=content_type,
            content_encoding="binary",
            headers={"id": request_id, "task": SYMBOLICATE_JS, "lang": "py"},
            correlation_id=request_id,
        )
    assert (await api.submit({"source": {"id": "", "url": "http://h/", "token": ""}})) == COMPLETED
    assert (await api.poll(request_id, "?timeout=1"))["status"] == "pending"


async def test_a_message_without_a_record_harms_nobody(api, redis):
    with celery(redis) as app:
        app.send_task(SYMBOLICATE_JS, task_id=str(uuid.uuid4()), queue=queue_name(QUEUE))
        app.send_task("no.such.task", task_id=str(uuid.uuid4()), queue=queue_name(QUEUE))
    assert (await api.submit({"source": {"id": "", "url": "http://h/", "token": ""}})) == COMPLETED


async def test_celery_inspect_sees_the_worker_and_the_running_task(api, server, redis):
    gate = slow_file(server)
    request_id = await pending_job(api, request_to(server))
    await started(server)
    with celery(redis) as app:
        active = await asyncio.to_thread(app.control.inspect(timeout=PATIENCE_S, limit=1).active)
    gate.open()
    assert [task["id"] for tasks in active.values() for task in tasks] == [request_id]


async def test_an_id_that_nobody_knows_is_a_404(api):
    async with aiohttp.ClientSession() as session:
        for name in (str(uuid.uuid4()), "not-a-uuid"):
            async with session.get(api.url(f"/requests/{name}")) as reply:
                assert (reply.status, await reply.json()) == (404, {"error": "unknown request id"})


async def test_two_hundred_slow_requests_at_once_are_all_answered(fleet, server):
    api = fleet.start_api()
    for _ in range(2):
        fleet.start_worker()
    await api.wait_for_workers()
    gate = server.gate()
    paths = [f"/{number}.js" for number in range(200)]
    for path in paths:
        server.put(path, gated(gate, reply(b"run()")))
    callers = [asyncio.create_task(api.submit(request_to(server, path), "?timeout=60")) for path in paths]
    gate.open()
    answers = await asyncio.gather(*callers)
    assert [answer["status"] for answer in answers] == ["completed"] * 200


@pytest.mark.parametrize("consumer", ["native", "stock"])
async def test_large_requests_wait_for_workers_of_their_own_and_others_do_not(fleet, server, consumer):
    api = fleet.start_api(UNMANGLE_LARGE_BODY_BYTES="1000")
    fleet.start_worker(UNMANGLE_WORKER_QUEUES="ordinary", UNMANGLE_WORKER_CONSUMER=consumer)
    await api.wait_for_workers()
    large = {**COMPLETED_REQUEST, "padding": "x" * 1000}
    request_id = await pending_job(api, large)
    assert await api.submit(COMPLETED_REQUEST) == COMPLETED
    assert (await api.poll(request_id, "?timeout=0"))["status"] == "pending"
    fleet.start_worker(UNMANGLE_WORKER_QUEUES="large", UNMANGLE_WORKER_CONSUMER=consumer)
    assert await api.poll(request_id) == COMPLETED
