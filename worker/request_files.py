"""The files of one request: where each is looked for, in which order, and what was learnt on the way.

First what is known, then what the lookup API says about this file, then the web.  What is found is taken, even if it
turns out to be of no use: there is no second choice.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable

from core.attempts import attempt_not_made
from core.buffers import Content
from core.explain.record import Recorder
from core.files import Failure, FileEntry, FileKey, FileType
from core.lookup import ListedBundle, ListedFile
from core.sourcemap.source_map import SourceMap
from core.wire.request import SymbolicateRequest
from core.wire.response import ScrapingAttempt
from worker.caches.keys import Namespace
from worker.look_ahead import LookAhead, NoStart, Started
from worker.request_artifacts import RequestArtifacts
from worker.request_bundles import RequestBundles
from worker.request_lookups import RequestLookups
from worker.request_scraping import RequestScraping
from worker.request_texts import RequestTexts
from worker.resources import Resources
from worker.tally import Tally


class RequestFiles:
    """Gets files for one request, one after another: what was learnt for one file serves the next.

    ``attempts`` are what the response says about the web, in the order of the lookups; ``tally`` is for metrics, and
    ``recorder`` is told what is done if the request wants an explanation.
    """

    def __init__(
        self, resources: Resources, request: SymbolicateRequest, scope: str | None, recorder: Recorder | None = None
    ) -> None:
        self.attempts: list[ScrapingAttempt] = []
        self.tally = Tally()
        self._resources = resources
        self._namespace = Namespace.of(request, scope)
        self._texts = RequestTexts(resources.texts)
        self._recorder = recorder
        self._lookups = RequestLookups(resources, self._namespace, request, recorder)
        self._bundles = RequestBundles(resources, self._namespace, request.source, recorder=recorder)
        self._artifacts = RequestArtifacts(resources, self._texts, self._namespace, request.source)
        self._scraping = RequestScraping(resources, self._texts, self._namespace, request)
        self._look_ahead = LookAhead(self._start)
        self._scrapes = False
        self._sources: dict[FileKey, FileEntry] = {}

    @contextlib.asynccontextmanager
    async def expecting(self, keys: Iterable[FileKey]) -> AsyncIterator[None]:
        """Fetch some of the files that will be asked for before they are; what comes out is the same."""
        self._look_ahead.expect(keys)
        self._look_ahead.look()
        try:
            yield
        finally:
            await self._look_ahead.close()
            await self._texts.close()

    @property
    def has_looked_for_sources(self) -> bool:
        """Whether original sources were asked for."""
        return bool(self._sources)

    async def get_file(self, key: FileKey) -> FileEntry:
        """Return what came of looking for a file; original sources are looked for once per request."""
        if key.type is not FileType.SOURCE:
            return await self._get(key)
        self.tally.missing_sourcescontent += 1
        if key not in self._sources:
            self._sources[key] = await self._get(key)
        return self._sources[key]

    async def read_map(self, content: Content, minified: Content) -> SourceMap | Failure:
        """Return the source map that ``content`` is for the file ``minified``, or why it is none.

        It is read now or was earlier.
        """
        return await self._resources.source_maps.get(self._namespace, content, minified)

    async def _get(self, key: FileKey) -> FileEntry:
        entry = await self._look_for(key)
        if self._recorder is not None:
            self._recorder.ended(key, entry)
        return entry

    async def _look_for(self, key: FileKey) -> FileEntry:
        self._look_ahead.arrived(key)
        entry = await self._find(key)
        if entry is None and await self._learn_about(key):
            self._look_ahead.look()
            entry = await self._find(key)
        if entry is None:
            return await self._scrape(key)
        if key.abs_path is not None:
            self.attempts.append(attempt_not_made(key.abs_path))
        self.tally.got(key, entry, scraped=False)
        return entry

    async def _find(self, key: FileKey) -> FileEntry | None:
        return await self._bundles.find(key) or await self._artifacts.find(key)

    async def _learn_about(self, key: FileKey) -> bool:
        """Ask the lookup API.  Returns whether that brought anything new."""
        listed = await self._lookups.about(key)
        if self._lookups.can_ask(key):
            self.tally.listed(listed)
        if not listed:
            return False
        has_new_bundles = await self._bundles.add([each for each in listed if isinstance(each, ListedBundle)])
        has_new_files = [self._artifacts.add(each) for each in listed if isinstance(each, ListedFile)]
        return has_new_bundles or any(has_new_files)

    async def _scrape(self, key: FileKey) -> FileEntry:
        self._scrapes = True
        self._look_ahead.look()
        scraped = await self._scraping.scrape(key)
        if scraped.attempt is not None:
            self.attempts.append(scraped.attempt)
        was_tried = scraped.attempt is not None and scraped.attempt.reason != "disabled"
        self.tally.got(key, scraped.entry, scraped=was_tried)
        if self._recorder is not None:
            self._recorder.considered_web(scraped.attempt)
            if self._recorder.heard_nothing:
                await self._lookups.explore(key)
        return scraped.entry

    def _start(self, key: FileKey) -> Started:
        """Begin to fetch a file that is known to be an artifact, or that is likely to come from the web.

        Nothing better is likely if there is nothing to ask the lookup API by, or if it didn't know the last file.
        """
        if self._bundles.may_have(key):
            return NoStart.NOT_YET
        if self._artifacts.has(key):
            return self._artifacts.start(key)
        if self._lookups.can_ask(key) and not self._scrapes:
            return NoStart.NOT_YET
        return self._scraping.start(key)
