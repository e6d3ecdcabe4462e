"""Requests that tests of a deployment make, and what they wait for."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Iterator

from celery import Celery
from kombu import pools

from core.queue.jobs import BROKER_PREFIX
from core.settings import Settings
from tests.worker.source_server import Gate, gated, reply
from worker.jobs.remote_control import control_app

TRANSPORT_OPTIONS = {"global_keyprefix": BROKER_PREFIX}

_numbers = itertools.count()


def request_to(server, path: str = "/app.js"):
    """Return a request that makes the worker ask ``server`` for one file, and that equals no other."""
    return {
        "number": next(_numbers),
        "source": {"id": "s", "url": server.url("/lookup"), "token": "t"},
        "stacktraces": [{"frames": [{"abs_path": server.url(path), "lineno": 1, "colno": 1}]}],
    }


def slow_file(server, path: str = "/app.js") -> Gate:
    """Put a file that is not sent before the gate is opened."""
    gate = server.gate()
    server.put(path, gated(gate, reply(b"run()")))
    return gate


async def pending_job(api, request) -> str:
    """Submit ``request`` without waiting, and return its id."""
    return (await api.submit(request, "?timeout=0"))["request_id"]


async def started(server, path: str = "/app.js") -> None:
    """Return when a worker asks for the file."""
    await asyncio.to_thread(server.wait_for_requests, path)


@contextlib.contextmanager
def celery(redis) -> Iterator[Celery]:
    """A stock Celery application on our Redis server, with our prefix."""
    with Celery(broker=broker_url(redis)) as app:
        app.conf.broker_transport_options = TRANSPORT_OPTIONS
        yield app
    pools.reset()  # these connections outlive the application, and another test may cut them


@contextlib.contextmanager
def control(redis_url: str) -> Iterator[Celery]:
    """What ``unmangle celery`` runs."""
    with control_app(Settings(redis_url=redis_url)) as app:
        yield app
    pools.reset()


def broker_url(redis) -> str:
    return f"redis://127.0.0.1:{redis.connection_pool.connection_kwargs['port']}/0"
