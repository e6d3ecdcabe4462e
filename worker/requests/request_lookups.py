"""Lookups of one request: the lookup API's answers about its files."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from core.explain.file_records import Lookup, NotAsked
from core.failures import Excess, Failure
from core.files.artifact_lookup import MAX_URL_CHARACTERS, Listed, Parameters, lookup_parameters, lookup_url
from core.files.file_keys import FileKey
from core.web.urls import Url, parse_url
from core.wire.request import SymbolicateRequest
from core.wire.request_sources import Source
from worker.caches.keys import Namespace, lookup_key
from worker.caches.tiered_cache import Freshness, LoadedCache
from worker.caches.worker_metrics import Limit, WorkerMetrics
from worker.fetch.artifact_source import SourceClient

_log = logging.getLogger(__name__)


class RequestLookups:
    """Asks the lookup API of a source."""

    def __init__(
        self,
        answers: LoadedCache[Sequence[Listed]],
        client: SourceClient,
        metrics: WorkerMetrics,
        namespace: Namespace,
        request: SymbolicateRequest,
        source: Source,
        most_entries: int,
        fresh: Freshness | None = None,
    ) -> None:
        self._answers = answers
        self._client = client
        self._metrics = metrics
        self._namespace = namespace
        self._request = request
        self._source = source
        self._most_entries = most_entries
        self._fresh = fresh

    def can_ask(self, key: FileKey) -> bool:
        """Return whether there is anything to ask about a file by."""
        return lookup_parameters(key, self._request.release, self._request.dist) is not None

    async def about(self, key: FileKey) -> Lookup | NotAsked:
        """Return what is listed for a file, or why that is not known."""
        question = self._question(key, self._request.dist)
        if isinstance(question, NotAsked):
            return question
        url, parameters = question
        listed = await self._answer(url)
        return Lookup(parameters, listed, () if isinstance(listed, Failure) else self._used(listed, url))

    async def without_dist(self, key: FileKey) -> Sequence[Listed] | Failure:
        """Return what would be listed for a file, were it not for the request's dist; nothing if it has none."""
        question = NotAsked.NOTHING_TO_ASK_BY if self._request.dist is None else self._question(key, None)
        return () if isinstance(question, NotAsked) else await self._answer(question[0])

    async def _answer(self, url: Url) -> Sequence[Listed] | Failure:
        key = lookup_key(self._namespace, url.href)
        source, scope = self._source, self._namespace.scope
        return await self._answers.get(key, lambda: self._client.download_answer(url, source, scope), fresh=self._fresh)

    def _question(self, key: FileKey, dist: str | None) -> tuple[Url, Parameters] | NotAsked:
        """Return the URL and the parameters to ask for a file, or why it is not asked for."""
        parameters = lookup_parameters(key, self._request.release, dist)
        if parameters is None:
            return NotAsked.NOTHING_TO_ASK_BY
        source_url = parse_url(self._source.url)
        assert source_url is not None  # as the request was decoded
        if not self._client.may_ask(source_url):
            _log.warning(
                "a request's source is at %.300s, which UNMANGLE_SOURCE_ORIGINS doesn't allow", source_url.host
            )
            return NotAsked.SOURCE_NOT_ALLOWED
        url = lookup_url(source_url, parameters)
        if url is None:
            size = MAX_URL_CHARACTERS + 1  # or more
            self._hit(Limit.LOOKUP_URL, f"the artifact lookup for a {key.type}", source_url, size, MAX_URL_CHARACTERS)
            return NotAsked.TOO_LONG
        return url, parameters

    def _used(self, listed: Sequence[Listed], url: Url) -> Sequence[Listed]:
        most = self._most_entries
        if len(listed) > most:
            self._hit(Limit.LOOKUP_ENTRIES, "the artifact lookup", url, len(listed), most)
        return listed[:most]

    def _hit(self, limit: Limit, what: str, url: Url, size: int, most: int) -> None:
        self._metrics.limit_hit(limit, f"{what} at {url.host}", Excess(size, most))
