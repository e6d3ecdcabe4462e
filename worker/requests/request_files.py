"""Files of one request: where each is looked for, in which order, and what was learnt on the way.

First what is known, then what each source says about this file, in their order, then the web.  What is found is taken,
even if it turns out to be of no use: there is no second choice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence

from core.failures import Failure
from core.files.debug_ids import DebugId
from core.files.file_keys import FileEntry, FileKey, FileType
from core.frames.mapped_frame import ResolvedModule, source_map_key
from core.sourcemap.source_map import SourceMap
from core.text.buffers import Content
from core.web.paths import candidate_urls
from core.wire.request import SymbolicateRequest
from core.wire.response import ScrapingAttempt
from worker.caches.keys import Namespace
from worker.caches.replayable_reads import watched_uses
from worker.caches.tiered_cache import Freshness
from worker.requests.journal import Journal
from worker.requests.prefetch import NoStart, Prefetch, RequestTexts, Started
from worker.requests.request_bundles import ReadBudget
from worker.requests.request_scraping import RequestScraping
from worker.requests.resolved_files_cache import ResolvedFile, file_key, request_digest
from worker.requests.resources import Resources
from worker.requests.source_files import SourceFiles, SourceOpener


class RequestFiles:
    """Gets files for one request, one after another: what was learnt for one file serves the next.

    ``journal`` is told what is done.
    """

    def __init__(
        self, resources: Resources, request: SymbolicateRequest, scope: str | None, journal: Journal | None = None
    ) -> None:
        self._journal = journal or Journal()
        self._resolved_files = resources.resolved_files
        self._frame_cache = resources.frame_cache
        self._source_maps = resources.source_maps
        self._namespace = namespace = Namespace.of(request, scope)
        self._fresh = fresh = Freshness() if request.options.no_cache else None
        self._texts = RequestTexts(resources.texts, fresh)
        self._budget = ReadBudget(resources.settings.max_bundle_bytes_per_request)
        opener = SourceOpener(resources, request, scope, namespace, self._journal, self._texts, self._budget, fresh)
        self._places: Sequence[SourceFiles] = [opener.opened(source) for source in request.all_sources]
        self._scraping = RequestScraping(resources.web, self._texts, namespace, request)
        self._digest = request_digest(request, scope)
        self._prefetch = Prefetch(self._start)
        self._prefetches = False
        self._scrapes = False
        self._sources: dict[FileKey, FileEntry] = {}

    @property
    def attempts(self) -> Sequence[ScrapingAttempt]:
        """The attempts at the web that the response lists, in the order of the lookups."""
        return self._journal.entries.attempts

    def expect(self, keys: Iterable[FileKey]) -> None:
        """Fetch some of the files that will be asked for before they are; what comes out is the same."""
        self._prefetches = True
        self._prefetch.expect(keys)
        self._prefetch.look()

    @property
    def _remembers_nothing(self) -> bool:
        return self._journal.is_recording or self._fresh is not None

    async def close(self) -> None:
        """Stop fetching what nobody has asked for after all."""
        if self._prefetches:
            await self._prefetch.close()
            await self._texts.close()

    def known_module(self, abs_path: str, debug_id: DebugId | None) -> ResolvedFile | None:
        """Return what a generated file and its source map came to for an earlier request, if that still holds.

        Whatever looking for them would bring besides is then as if they had been looked for.
        """
        if self._remembers_nothing:
            return None
        found = self._resolved_files.get(file_key(self._digest, self._state(), abs_path, debug_id))
        if found is None:
            return None
        file, uses = found
        if not (self._depends_on_nothing_else(file) and self._budget.has_room_for(file.read_bytes) and uses.again()):
            return None
        self._journal.entries.add(file.entries)
        self._budget.read_bytes += file.read_bytes
        for place, learnt in zip(self._places, file.learnt, strict=True):
            place.learn(learnt)
        self._scrapes |= file.was_scraped
        if self._prefetches:
            self._prefetch.arrived(FileKey(FileType.MINIFIED_SOURCE, abs_path, debug_id))
        return file

    async def remembered(
        self, abs_path: str, debug_id: DebugId | None, resolve: Callable[[], Awaitable[ResolvedModule]]
    ) -> ResolvedModule:
        """Return what ``resolve`` returns, which looks for a generated file and its map, and remember that."""
        if self._remembers_nothing:
            return await resolve()
        key = file_key(self._digest, self._state(), abs_path, debug_id)
        read_bytes = self._budget.read_bytes
        known = [place.known for place in self._places]
        with self._journal.excerpt() as entries, watched_uses() as uses:
            module = await resolve()
        file = ResolvedFile(
            module=module,
            number=self._frame_cache.module_number(abs_path, module),
            entries=entries,
            learnt=[place.learnt_since(before) for place, before in zip(self._places, known, strict=True)],
            urls=_names(abs_path, module, debug_id),
            read_bytes=self._budget.read_bytes - read_bytes,
            was_scraped=self._scrapes,
        )
        if uses.were_in_memory and all(file.urls.isdisjoint(before.artifacts) for before in known):
            self._resolved_files.keep(key, file, uses)
        return module

    def _depends_on_nothing_else(self, file: ResolvedFile) -> bool:
        """Say whether no artifact that this request has learnt of could be taken for the file or its map."""
        return all(file.urls.isdisjoint(place.artifacts.known) for place in self._places if place.artifacts.known)

    def _state(self) -> Hashable:
        """Return what requests have in common that know the same bundles."""
        return tuple([place.bundles.state for place in self._places])

    @property
    def has_looked_for_sources(self) -> bool:
        """Whether original sources were asked for."""
        return bool(self._sources)

    async def get_file(self, key: FileKey) -> FileEntry:
        """Return what came of looking for a file; original sources are looked for once per request."""
        if key.type is not FileType.SOURCE:
            return await self._get(key)
        self._journal.needs_source()
        if key not in self._sources:
            self._sources[key] = await self._get(key)
        return self._sources[key]

    async def read_map(self, content: Content, minified: Content) -> SourceMap | Failure:
        """Return the source map that ``content`` is for the file ``minified``, or why it is none.

        It is read now or was earlier.
        """
        return await self._source_maps.get(self._namespace, content, minified)

    async def _get(self, key: FileKey) -> FileEntry:
        self._prefetch.arrived(key)
        entry = await self._find(key) or await self._learn_about(key)
        if entry is None:
            return await self._scrape(key)
        self._journal.found_upload(key, entry)
        return entry

    async def _find(self, key: FileKey) -> FileEntry | None:
        """Return a file that some source is known to have, of the first one that has it."""
        for place in self._places:
            entry = await place.find(key)
            if entry is not None:
                return entry
        return None

    async def _learn_about(self, key: FileKey) -> FileEntry | None:
        """Ask one source after another about a file, until it is found."""
        for place in self._places:
            if await place.learn_about(key):
                if self._prefetches:
                    self._prefetch.look()
                entry = await self._find(key)
                if entry is not None:
                    return entry
        return None

    async def _scrape(self, key: FileKey) -> FileEntry:
        self._scrapes = True
        if self._prefetches:
            self._prefetch.look()
        scraped = await self._scraping.scrape(key)
        if self._journal.wants_more:
            for place in self._places:
                self._journal.asked_without_dist(await place.lookups.without_dist(key))
        self._journal.considered_web(key, scraped.entry, scraped.attempt)
        return scraped.entry

    def _start(self, key: FileKey) -> Started:
        """Begin to fetch a file that is known to be an artifact, or that is likely to come from the web.

        Nothing better is likely if there is nothing to ask the lookup API by, or if it didn't know the last file.
        """
        for place in self._places:
            if place.bundles.may_have(key):
                return NoStart.NOT_YET
            if place.artifacts.has(key):
                return place.artifacts.start(key)
        if not self._scrapes and any(place.lookups.can_ask(key) for place in self._places):
            return NoStart.NOT_YET
        return self._scraping.start(key)


def _names(abs_path: str, module: ResolvedModule, debug_id: DebugId | None) -> frozenset[str]:
    """Return what a generated file and its map are found by among artifacts."""
    map_key = source_map_key(module.minified, debug_id)
    paths = [abs_path] if map_key is None or map_key.abs_path is None else [abs_path, map_key.abs_path]
    return frozenset(url for path in paths for url in candidate_urls(path))
