"""The files of one request: where each is looked for, in which order, and what was learnt on the way.

First what is known, then what the lookup API says about this file, then the web.  What is found is taken, even if it
turns out to be of no use: there is no second choice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from core.attempts import attempt_not_made
from core.errors import FetchFailed, MalformedSourceMap
from core.files import Failure, FailureKind, FileEntry, FileKey, FileType
from core.lookup import Listed, ListedBundle, lookup_parameters, lookup_url
from core.sourcemap.source_map import SourceMap, read_source_map
from core.texts import Text
from core.urls import Url, parse_url, with_fragment
from core.wire.request import SymbolicateRequest
from core.wire.response import ScrapingAttempt
from worker.caches.keys import Namespace, lookup_key, scraped_key, source_map_key
from worker.fetch.lookup import ask
from worker.fetch.scraping import ScrapeTarget, download_scraped, scrape, scraping_policy
from worker.request_artifacts import RequestArtifacts
from worker.request_bundles import RequestBundles
from worker.resources import Resources

_log = logging.getLogger(__name__)


class RequestFiles:
    """Gets files for one request, one after another: what was learnt for one file serves the next.

    ``attempts`` are what the response says about the web, in the order of the lookups.
    """

    def __init__(self, resources: Resources, request: SymbolicateRequest, scope: str | None) -> None:
        self.attempts: list[ScrapingAttempt] = []
        self._resources = resources
        self._request = request
        self._namespace = Namespace.of(request, scope)
        self._bundles = RequestBundles(resources, self._namespace, request.source)
        self._artifacts = RequestArtifacts(resources, self._namespace, request.source)
        self._policy = scraping_policy(request, resources.settings)
        self._started_s = int(time.time())
        self._sources: dict[FileKey, FileEntry] = {}

    async def get_file(self, key: FileKey) -> FileEntry:
        """Return what came of looking for a file; original sources are looked for once per request."""
        if key.type is not FileType.SOURCE:
            return await self._get(key)
        if key not in self._sources:
            self._sources[key] = await self._get(key)
        return self._sources[key]

    async def read_map(self, content: bytes, minified: bytes) -> SourceMap | Failure:
        """Return the source map that ``content`` is for the file ``minified``, or why it is none.

        It is read now or was earlier.
        """
        return await self._resources.source_maps.get(
            source_map_key(self._namespace, content, minified),
            lambda: self._resources.threads.run(lambda: _read_source_map(content, minified)),
        )

    async def _get(self, key: FileKey) -> FileEntry:
        entry = await self._find(key)
        if entry is None and await self._learn_about(key):
            entry = await self._find(key)
        if entry is None:
            return await self._scrape(key)
        if key.abs_path is not None:
            self.attempts.append(attempt_not_made(key.abs_path))
        return entry

    async def _find(self, key: FileKey) -> FileEntry | None:
        return await self._bundles.find(key) or await self._artifacts.find(key)

    async def _learn_about(self, key: FileKey) -> bool:
        """Ask the lookup API.  Returns whether that brought anything new."""
        answers = [await self._merge(listed) for listed in await self._ask_about(key)]
        return any(answers)

    async def _ask_about(self, key: FileKey) -> Sequence[Listed]:
        parameters = lookup_parameters(key, self._request.release, self._request.dist)
        source_url = parse_url(self._request.source.url)
        if parameters is None or source_url is None:
            return ()
        url = lookup_url(source_url, parameters)
        if url is None:
            _log.warning("the artifact lookup for a %s at %s is too long", key.type, source_url.host)
            return ()
        return await self._ask(url) or ()

    async def _ask(self, url: Url) -> Sequence[Listed] | None:
        source, resources = self._request.source, self._resources
        return await resources.lookups.get(
            lookup_key(self._namespace, url.href, source),
            lambda: ask(resources.client, resources.threads, url, source, resources.settings),
        )

    async def _merge(self, listed: Listed) -> bool:
        if isinstance(listed, ListedBundle):
            return await self._bundles.add(listed)
        return self._artifacts.add(listed)

    async def _scrape(self, key: FileKey) -> FileEntry:
        refresh_s = self._resources.settings.scrape_refresh_s
        scraped = await scrape(key.abs_path, self._policy, self._download, self._started_s, refresh_s)
        if scraped.attempt is not None:
            self.attempts.append(scraped.attempt)
        return scraped.entry

    async def _download(self, target: ScrapeTarget) -> Text:
        url = with_fragment(target.url, str(target.number))
        text = await self._resources.texts.get(
            scraped_key(self._namespace, url, dict(self._policy.headers), verify_ssl=self._policy.verify_ssl),
            lambda: self._download_anew(target),
        )
        if isinstance(text, Failure):
            raise FetchFailed(text)
        return text

    async def _download_anew(self, target: ScrapeTarget) -> Text | Failure:
        try:
            return await download_scraped(
                self._resources.client, self._resources.threads, target.url, self._policy, self._resources.settings
            )
        except FetchFailed as error:
            return error.failure


def _read_source_map(content: bytes, minified: bytes) -> SourceMap | Failure:
    try:
        return read_source_map(content, minified)
    except MalformedSourceMap as error:
        return Failure(FailureKind.MALFORMED, str(error))
