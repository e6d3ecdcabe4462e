"""The yardstick: the same service as one would write it first, on stock Celery.

``python -m bench.naive api`` is a Starlette application that sends a task in a thread and waits for
``AsyncResult.get`` there; ``python -m bench.naive worker`` is a Celery worker with the settings that Celery has if none
are given: a pool of forked processes, one for each core.  ``python -m bench.naive tuned-worker`` is one that somebody
has read the documentation for: the solo pool, which is the fastest for tasks like these, and nothing said to other
workers.  All read the settings of the real service, and symbolicate with its code and caches.
"""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from typing import Any

import uvicorn
from celery import Celery, signals
from celery.utils.dispatch import Signal
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.observing.counts import Counts
from core.settings import Settings
from core.wire.request import decode_request, parse_document
from worker.job_types import Answer, Job
from worker.requests.symbolicate import open_symbolication

_TASK = "naive.symbolicate_js"
_PATIENCE_S = 60


def main() -> None:
    """Run an API or a worker."""
    settings = Settings.from_environ(os.environ)
    if sys.argv[1] == "api":
        uvicorn.run(_api(settings), host="127.0.0.1", port=settings.port, access_log=False, log_level="warning")
    elif sys.argv[1] == "worker":
        _worker(settings, signals.worker_process_init).Worker(loglevel="WARNING").start()
    else:
        app = _worker(settings, signals.worker_init)
        app.Worker(
            pool="solo", without_gossip=True, without_mingle=True, without_heartbeat=True, loglevel="WARNING"
        ).start()


def _celery(settings: Settings) -> Celery:
    app = Celery("naive", broker=settings.redis_url, backend=settings.redis_url)
    app.conf.update(task_acks_late=True, result_expires=60)
    return app


def _api(settings: Settings) -> Starlette:
    celery = _celery(settings)

    def answer(body: bytes) -> str:
        result = celery.send_task(_TASK, (body.decode(),))
        answered: str = result.get(timeout=_PATIENCE_S)
        result.forget()
        return answered

    async def submit(request: Request) -> Response:
        body = await request.body()
        decode_request(parse_document(body))
        return Response(await run_in_threadpool(answer, body), media_type="application/json")

    async def healthcheck(_: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(
        routes=[Route("/symbolicate-js", submit, methods=["POST"]), Route("/healthcheck", healthcheck)],
    )


def _worker(settings: Settings, process_starts: Signal) -> Celery:
    """Return an application whose task symbolicates, in processes of which each opens what it needs for that."""
    celery = _celery(settings)
    opened = open_symbolication(settings, Counts())
    loop: Any = None
    symbolicate: Any = None

    @process_starts.connect(weak=False)
    def start(**_: Any) -> None:
        nonlocal loop, symbolicate
        loop = asyncio.new_event_loop()
        symbolicate = loop.run_until_complete(opened.__aenter__())

    @celery.task(name=_TASK)
    def symbolicate_js(body: str) -> str:
        job = Job(str(uuid.uuid4()), body.encode(), settings.request_timeout_s, None)
        answer: Answer = loop.run_until_complete(symbolicate(job))
        return answer.body.decode()

    return celery


if __name__ == "__main__":
    main()
