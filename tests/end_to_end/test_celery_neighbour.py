"""Another Celery application in the same database: neither touches what belongs to the other."""

from __future__ import annotations

import asyncio
import time

import pytest
from celery import Celery
from redis import Redis

from tests.deployment import Deployment
from tests.end_to_end.requests import control, pending_job, request_to, slow_file, started
from tests.waiting import PATIENCE_S, until
from tests.worker.source_server import reply

LONG_AGO_S = 1000  # longer than our visibility timeout, and shorter than Celery's own


def keys(redis) -> set[bytes]:
    """Return the keys, but for those of answers to remote control."""
    return {key for key in redis.scan_iter() if b".pidbox" not in key}


def lines(path) -> list[str]:
    return path.read_text().split() if path.exists() else []


@pytest.mark.parametrize("consumer", ["native", "stock"])
async def test_neither_touches_what_belongs_to_the_other(redis_url, consumer, tmp_path, server):
    server.put("/app.js", reply(b"run()"))
    journal, end = tmp_path / "journal", tmp_path / "end"
    settings = {"UNMANGLE_WORKER_CONSUMER": consumer, "STOCK_BROKER": redis_url}
    with Deployment(redis_url, settings) as deployment, Redis.from_url(redis_url) as redis:
        options = ("--pool", "threads", "--concurrency", "1", "--hostname", "theirs@here", "--loglevel", "INFO")
        neighbour = deployment.start("celery", "--app", "tests.end_to_end.stock_app", "worker", *options)
        with Celery(broker=redis_url) as theirs, control(redis_url) as ours:
            theirs.send_task("stock.hold", [str(journal), str(end)])
            await until(lambda: redis.hlen("unacked") == 1 and lines(journal) == ["begun"])
            [tag] = redis.zrange("unacked_index", 0, -1)
            long_ago = round(time.time() - LONG_AGO_S)
            redis.zadd("unacked_index", {tag: long_ago})
            before = keys(redis)

            api = deployment.start_api()
            worker = deployment.start_worker(UNMANGLE_WORKER_NAME="ours@here")
            await api.wait_for_workers()
            assert (await api.submit(request_to(server)))["status"] == "completed"
            assert redis.zscore("unacked_index", tag) == long_ago  # or it would have been taken again
            gate = slow_file(server, "/slow.js")
            running = await pending_job(api, request_to(server, "/slow.js"))
            await started(server, "/slow.js")
            await asyncio.to_thread(theirs.control.purge)
            pings = [await asyncio.to_thread(app.control.ping, timeout=PATIENCE_S, limit=1) for app in (theirs, ours)]
            assert pings == [[{"theirs@here": {"ok": "pong"}}], [{"ours@here": {"ok": "pong"}}]]
            await asyncio.to_thread(ours.control.revoke, "no-such-job", reply=True, timeout=PATIENCE_S, limit=1)

            assert [key for key in keys(redis) - before if not key.startswith(b"unmangle")] == []

            end.touch()
            await until(lambda: lines(journal) == ["begun", "ended"] and redis.hlen("unacked") == 0)
            await asyncio.to_thread(theirs.control.shutdown)
            assert await asyncio.to_thread(neighbour.popen.wait, PATIENCE_S) == 0
            gate.open()
            assert (await api.poll(running))["status"] == "completed"
            assert worker.popen.poll() is None
