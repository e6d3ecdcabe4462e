"""Asking the artifact-lookup API."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from core.errors import FetchFailed, MalformedAnswer, NotTried
from core.failures import Failure, FailureKind
from core.files.artifact_lookup import read_answer
from core.observing.tracing import span
from core.settings import Settings
from core.web.urls import Url
from core.wire.request import Source
from worker.fetch.client import Client, Fetch
from worker.fetch.source import lookup_fetch
from worker.metrics import Limit, WorkerMetrics
from worker.threads import Threads

_log = logging.getLogger(__name__)

_RETRY_PAUSE_S = 0.02


async def ask(
    client: Client, threads: Threads, metrics: WorkerMetrics, url: Url, source: Source, scope: str, settings: Settings
) -> bytes:
    """Return what the lookup API of ``source`` answers to the query ``url``, which ``read_answer`` can read.

    Raises FetchFailed if it doesn't answer so, which is logged.
    """
    fetch = lookup_fetch(url, source, scope, settings)
    try:
        with span("lookup"):
            async with client.slot(fetch), asyncio.timeout(settings.lookup_timeout_s):
                return await _answer(client, threads, fetch, settings.download_tries)
    except (FetchFailed, MalformedAnswer, TimeoutError) as error:
        level = logging.DEBUG if isinstance(error, NotTried) else logging.WARNING
        _log.log(level, "the artifact lookup at %s failed: %.300s", url.host, error or "it took too long")
        if isinstance(error, FetchFailed) and error.failure.excess:
            metrics.limit_hit(Limit.LOOKUP_ANSWER, f"the artifact lookup at {url.host}", error.failure.excess)
        raise FetchFailed(_lookup_failure(error)) from error


def _lookup_failure(error: FetchFailed | MalformedAnswer | TimeoutError) -> Failure:
    """Return what came of a lookup that failed: of the kind that is never kept."""
    if isinstance(error, FetchFailed):
        return replace(error.failure, kind=FailureKind.INTERNAL, text=str(error))
    return Failure(FailureKind.INTERNAL, f"malformed answer: {error}" if str(error) else "timeout")


async def _answer(client: Client, threads: Threads, fetch: Fetch, tries: int) -> bytes:
    for _ in range(tries - 1):
        try:
            return await _read(threads, await client.get(fetch))
        except MalformedAnswer:
            await asyncio.sleep(_RETRY_PAUSE_S)
    return await _read(threads, await client.get(fetch))


async def _read(threads: Threads, body: bytes) -> bytes:
    await threads.run(lambda: read_answer(body))  # 16 MiB of entries would hold up every other job
    return body
