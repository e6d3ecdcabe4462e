"""Asking the artifact-lookup API."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from core.errors import FetchFailed, MalformedAnswer
from core.lookup import MAX_ENTRIES, Listed, read_answer
from core.settings import Settings
from core.urls import Url
from core.wire.request import Source
from worker.fetch.client import Client, Fetch
from worker.fetch.source import lookup_fetch
from worker.threads import Threads

_log = logging.getLogger(__name__)

_RETRY_PAUSE_S = 0.02


async def ask(
    client: Client, threads: Threads, url: Url, source: Source, settings: Settings
) -> Sequence[Listed] | None:
    """Return what the lookup API of ``source`` answers to the query ``url``; None if it doesn't, which is logged."""
    fetch = lookup_fetch(url, source, settings.lookup_timeout_s)
    try:
        async with asyncio.timeout(settings.lookup_timeout_s):
            listed = await _answer(client, threads, fetch, settings.download_tries)
    except (FetchFailed, MalformedAnswer, TimeoutError) as error:
        _log.warning("the artifact lookup at %s failed: %.300s", url.host, error or "it took too long")
        return None
    if len(listed) > MAX_ENTRIES:
        _log.warning("the artifact lookup at %s lists %d files: using %d", url.host, len(listed), MAX_ENTRIES)
    return listed[:MAX_ENTRIES]


async def _answer(client: Client, threads: Threads, fetch: Fetch, tries: int) -> Sequence[Listed]:
    for _ in range(tries - 1):
        try:
            return await _read(threads, await client.get(fetch))
        except MalformedAnswer:
            await asyncio.sleep(_RETRY_PAUSE_S)
    return await _read(threads, await client.get(fetch))


async def _read(threads: Threads, body: bytes) -> Sequence[Listed]:
    return await threads.run(lambda: read_answer(body))  # 16 MiB of entries would hold up every other job
