"""Addresses of Redis: API, worker, doctor and Celery's remote control go to the same place, whatever its form."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from api.serving.redis_server import redis_server
from api.sockets import free_port
from core.observing.health import Level
from core.queue.jobs import WORKERS
from core.settings import Settings
from tests.deployment import Deployment
from tests.end_to_end.requests import control, request_to
from tests.end_to_end.test_sentinel import sentinel
from tests.waiting import PATIENCE_S
from tests.worker.source_server import reply
from worker.diagnosis import check_redis


@contextlib.contextmanager
def on_a_socket(folder: Path) -> Iterator[tuple[str, Redis]]:
    path = folder / "redis 1.sock"
    with redis_server("--unixsocket", str(path), "--requirepass", "p@ss", password="p@ss"):
        yield (
            f"unix://:p%40ss@{str(path).replace(' ', '%20')}?db=6",
            Redis(unix_socket_path=str(path), db=6, password="p@ss"),
        )


@contextlib.contextmanager
def with_options(_: Path) -> Iterator[tuple[str, Redis]]:
    port = free_port()
    with redis_server(port=port):
        options = "health_check_interval=10&client_name=unmangle&socket_keepalive=true&max_connections=20"
        yield f"redis://localhost:{port}/8/?{options}", Redis(port=port, db=8)


@contextlib.contextmanager
def with_a_database_as_an_option(_: Path) -> Iterator[tuple[str, Redis]]:
    port = free_port()
    with redis_server(port=port):
        yield f"redis://127.0.0.1:{port}?db=6", Redis(port=port, db=6)


@contextlib.contextmanager
def behind_sentinels_with_a_password(folder: Path) -> Iterator[tuple[str, Redis]]:
    port = free_port()
    with (
        redis_server("--requirepass", "master/1", port=port, password="master/1"),
        sentinel(folder, port, "requirepass sentinel&2", "sentinel auth-pass main master/1") as sentinel_port,
    ):
        credentials = "sentinel_password=sentinel%262"
        url = f"redis+sentinel://:master%2F1@127.0.0.1:{sentinel_port}/main/3?{credentials}"
        yield url, Redis(port=port, db=3, password="master/1")


PLACES = [on_a_socket, with_options, with_a_database_as_an_option, behind_sentinels_with_a_password]


@pytest.mark.parametrize("consumer", ["native", "stock"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
async def test_everybody_goes_to_the_same_place(place, consumer, tmp_path, server):
    server.put("/app.js", reply(b"run()"))
    with place(tmp_path) as (url, redis), Deployment(url, {"UNMANGLE_WORKER_CONSUMER": consumer}) as deployment:
        api = deployment.start_api()
        deployment.start_worker(UNMANGLE_WORKER_NAME="one@here")
        await api.wait_for_workers()
        assert (await api.submit(request_to(server)))["status"] == "completed"
        assert redis.zcard(WORKERS) == 1
        settings = Settings.from_environ({"REDIS_URL": url})
        findings = await asyncio.to_thread(check_redis, settings)
        assert [finding for finding in findings if finding.level is Level.PROBLEM] == []
        with control(url) as celery:
            replies = await asyncio.to_thread(celery.control.ping, timeout=PATIENCE_S, limit=1)
        assert replies == [{"one@here": {"ok": "pong"}}]
