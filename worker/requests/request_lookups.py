"""What the lookup API says about the files of one request."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from core.explain.file_records import NotAsked, Recorder
from core.failures import Excess, Failure
from core.files.artifact_lookup import MAX_URL_CHARACTERS, Listed, Parameters, lookup_parameters, lookup_url
from core.files.file_keys import FileKey
from core.web.urls import Url, parse_url
from core.wire.request import SymbolicateRequest
from worker.caches.disk import written
from worker.caches.keys import Namespace, lookup_key
from worker.caches.stored_file import Draft
from worker.caches.tiered_cache import Freshness
from worker.fetch.artifact_source import ask, is_allowed_source
from worker.metrics import Limit
from worker.resources import Resources

_log = logging.getLogger(__name__)


class RequestLookups:
    """Asks the lookup API of the request's source."""

    def __init__(
        self,
        resources: Resources,
        namespace: Namespace,
        request: SymbolicateRequest,
        recorder: Recorder | None = None,
        fresh: Freshness | None = None,
    ) -> None:
        self._fresh = fresh
        self._resources = resources
        self._recorder = recorder
        self._namespace = namespace
        self._request = request

    def can_ask(self, key: FileKey) -> bool:
        """Return whether there is anything to ask about a file by."""
        return self._parameters(key) is not None

    async def about(self, key: FileKey) -> Sequence[Listed]:
        """Return what is listed for a file; nothing if the API doesn't answer."""
        parameters = self._parameters(key)
        if parameters is None:
            self._note(NotAsked.NOTHING_TO_ASK_BY)
            return ()
        url = self._url(key, parameters)
        if url is None:
            return ()
        listed = await self._answer(url)
        if self._recorder is not None:
            self._recorder.asked(parameters, listed)
        return () if isinstance(listed, Failure) else self._used(listed, url)

    async def explore(self, key: FileKey) -> None:
        """Note for the explanation what would be listed for the file, were it not for the dist."""
        parameters = lookup_parameters(key, self._request.release, None)
        url = None if parameters is None else self._url(key, parameters)
        if self._recorder is not None and url is not None and self._request.dist is not None:
            self._recorder.asked_without_dist(await self._answer(url))

    async def _answer(self, url: Url) -> Sequence[Listed] | Failure:
        key = lookup_key(self._namespace, url.href)
        return await self._resources.lookups.get(key, lambda: self._ask(url), fresh=self._fresh)

    def _parameters(self, key: FileKey) -> Parameters | None:
        return lookup_parameters(key, self._request.release, self._request.dist)

    def _url(self, key: FileKey, parameters: Parameters) -> Url | None:
        source_url = parse_url(self._request.source.url)
        if source_url is None:
            return None
        if not is_allowed_source(source_url, self._resources.settings):
            _log.warning(
                "a request's source is at %.300s, which UNMANGLE_SOURCE_ORIGINS doesn't allow", source_url.host
            )
            self._note(NotAsked.SOURCE_NOT_ALLOWED)
            return None
        url = lookup_url(source_url, parameters)
        if url is None:
            self._note(NotAsked.TOO_LONG)
            size = MAX_URL_CHARACTERS + 1  # or more
            self._hit(Limit.LOOKUP_URL, f"the artifact lookup for a {key.type}", source_url, size, MAX_URL_CHARACTERS)
        return url

    def _note(self, why: NotAsked) -> None:
        if self._recorder is not None:
            self._recorder.not_asked(why)

    async def _ask(self, url: Url) -> Draft:
        resources = self._resources
        body = await ask(
            resources.client,
            resources.threads,
            resources.metrics,
            url,
            self._request.source,
            self._namespace.scope,
            resources.settings,
        )
        return await resources.file_threads.run(lambda: written(resources.store, body))

    def _used(self, listed: Sequence[Listed], url: Url) -> Sequence[Listed]:
        most = self._resources.settings.max_lookup_entries
        if len(listed) > most:
            self._hit(Limit.LOOKUP_ENTRIES, "the artifact lookup", url, len(listed), most)
        return listed[:most]

    def _hit(self, limit: Limit, what: str, url: Url, size: int, most: int) -> None:
        self._resources.metrics.limit_hit(limit, f"{what} at {url.host}", Excess(size, most))
