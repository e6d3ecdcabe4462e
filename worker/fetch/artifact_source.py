"""Requests to the ``source`` of a job: lookups in its API, and the bundles and artifacts that it lists.

It belongs to whoever runs us, and is often on a private network: reserved addresses are fine, here and, unless the
operator says otherwise, wherever it keeps its files.  Certificates are always verified.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from core.errors import FetchFailed, MalformedAnswer, NotTried
from core.failures import Failure, FailureKind
from core.files.artifact_lookup import ListedBundle, ListedFile, may_see_credentials, read_answer
from core.observing.tracing import span
from core.settings import Settings
from core.web.urls import Url, parse_url
from core.wire.request_sources import Source
from worker.caches.stored_file import Draft
from worker.caches.worker_metrics import Limit, WorkerMetrics
from worker.fetch.client import IDENTITY, Client, Fetch
from worker.fetch.download import Downloader, artifact_limit, bundle_limit
from worker.fetch.headers import Headers
from worker.fetch.response_outcomes import lookup_status_failure
from worker.threads import Threads

_log = logging.getLogger(__name__)

_RETRY_PAUSE_S = 0.02


class SourceClient:
    """Client of the sources of jobs: of their lookup APIs, and of the files that these list."""

    def __init__(
        self, client: Client, downloader: Downloader, threads: Threads, metrics: WorkerMetrics, settings: Settings
    ) -> None:
        self._client = client
        self._downloader = downloader
        self._threads = threads
        self._metrics = metrics
        self._settings = settings

    def may_ask(self, url: Url) -> bool:
        """Return whether the operator lets us ask the lookup API at ``url``."""
        return is_allowed_source(url, self._settings.source_origins)

    async def download_answer(self, url: Url, source: Source, scope: str) -> Draft:
        """Return what the lookup API of ``source`` answers to the query ``url``, which ``read_answer`` can read.

        Raises FetchFailed if it doesn't answer so, which is logged.
        """
        fetch = lookup_fetch(url, source, scope, self._settings)
        try:
            with span("lookup"):
                async with self._client.slot(fetch), asyncio.timeout(self._settings.lookup_timeout_s):
                    body = await self._answer(fetch)
        except (FetchFailed, MalformedAnswer, TimeoutError) as error:
            level = logging.DEBUG if isinstance(error, NotTried) else logging.WARNING
            _log.log(level, "the artifact lookup at %s failed: %.300s", url.host, error or "it took too long")
            if isinstance(error, FetchFailed) and error.failure.excess:
                self._metrics.limit_hit(Limit.LOOKUP_ANSWER, f"the artifact lookup at {url.host}", error.failure.excess)
            raise FetchFailed(_lookup_failure(error)) from error
        return await self._downloader.keep(body)

    async def download_artifact(self, listed: ListedFile, source: Source, scope: str) -> Draft:
        """Return an artifact, whatever it is.  Raises FetchFailed."""
        return await self._download(listed.url, source, scope, artifact_limit(self._settings))

    async def download_bundle(self, listed: ListedBundle, source: Source, scope: str) -> Draft:
        """Return an artifact bundle, whatever it is.  Raises FetchFailed."""
        return await self._download(listed.url, source, scope, bundle_limit(self._settings))

    async def _download(self, url: Url, source: Source, scope: str, max_bytes: int) -> Draft:
        return await self._downloader.download(file_fetch(url, source, scope, max_bytes, self._settings))

    async def _answer(self, fetch: Fetch) -> bytes:
        for _ in range(self._settings.download_tries - 1):
            try:
                return await self._read(await self._client.get(fetch))
            except MalformedAnswer:
                await asyncio.sleep(_RETRY_PAUSE_S)
        return await self._read(await self._client.get(fetch))

    async def _read(self, body: bytes) -> bytes:
        await self._threads.run(lambda: read_answer(body))  # 16 MiB of entries would hold up every other job
        return body


def lookup_fetch(url: Url, source: Source, scope: str, settings: Settings) -> Fetch:
    """Return the request for ``url``, a query to the lookup API of ``source``."""
    return Fetch(
        url=url,
        scope=scope,
        max_bytes=settings.max_lookup_answer_size,
        headers=_credentials(source),
        headers_below=parse_url(source.url),
        accept_encoding=IDENTITY,
        allow_reserved=True,
        allow_reserved_elsewhere=settings.source_files_on_reserved_ips,
        total_s=settings.lookup_timeout_s,
        status_failure=lookup_status_failure,
    )


def file_fetch(url: Url, source: Source, scope: str, max_bytes: int, settings: Settings) -> Fetch:
    """Return the request for a file that ``source`` has listed."""
    source_url = parse_url(source.url)
    trusted = source_url is not None and may_see_credentials(url, source_url)
    is_at_home = source_url is not None and url.origin == source_url.origin
    return Fetch(
        url=url,
        scope=scope,
        max_bytes=max_bytes,
        headers=_credentials(source) if trusted else (),
        headers_below=source_url,
        allow_reserved=is_at_home or settings.source_files_on_reserved_ips,
        allow_reserved_elsewhere=settings.source_files_on_reserved_ips,
    )


def is_allowed_source(url: Url, origins: Sequence[str]) -> bool:
    """Return whether ``url`` is at one of ``origins``, or there are none."""
    allowed = [parse_url(origin) for origin in origins]
    return not allowed or any(origin is not None and origin.origin == url.origin for origin in allowed)


def _lookup_failure(error: FetchFailed | MalformedAnswer | TimeoutError) -> Failure:
    """Return what came of a lookup that failed: of the kind that is never kept."""
    if isinstance(error, FetchFailed):
        return replace(error.failure, kind=FailureKind.INTERNAL, text=str(error))
    return Failure(FailureKind.INTERNAL, f"malformed answer: {error}" if str(error) else "timeout")


def _credentials(source: Source) -> Headers:
    if isinstance(source.token, str):
        return (("Authorization", f"Bearer {source.token}"),)
    return (("Cookie", source.cookies),) if isinstance(source.cookies, str) else ()
