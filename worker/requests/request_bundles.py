"""The artifact bundles that one request has learnt of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence

from core.concurrency import all_of
from core.errors import FetchFailed, NoRoom
from core.failures import Excess, Failure, FailureKind
from core.files.artifact_bundle import Bundle
from core.files.artifact_lookup import ListedBundle
from core.files.file_keys import BundledFile, FileEntry, FileKey, ResolvedWith
from core.files.manifest import Member
from core.files.text_files import Text, bundled_file, read_text
from core.web.paths import candidate_urls
from core.wire.request import Source
from worker.caches.keys import Namespace, bundle_key, member_key
from worker.caches.replayable_reads import watching
from worker.caches.stored_file import MAPPED_FROM_BYTES, Draft
from worker.caches.tiered_cache import Freshness
from worker.caches.worker_metrics import Limit
from worker.fetch.artifact_source import download_bundle
from worker.requests.journal import Journal
from worker.requests.resolved_files_cache import OpenBundle
from worker.requests.resources import Resources

_log = logging.getLogger(__name__)

_TRIES_FOR_ROOM = 30
_ROOM_PAUSE_S = 1.0

AT_ONCE = 8
"""How many bundles of one answer are fetched at the same time."""


BundlesState = tuple[tuple[str, int, str], ...]
"""What requests have in common that know the same bundles, opened as the same objects and listed alike."""


class RequestBundles:
    """Finds files in bundles.  Where several have a file, the bundle with the greatest URI wins.

    What would exceed ``max_bytes`` in all is not read, and counts as missing.
    """

    def __init__(
        self,
        resources: Resources,
        namespace: Namespace,
        source: Source,
        max_bytes: int | None = None,
        journal: Journal | None = None,
        fresh: Freshness | None = None,
    ) -> None:
        self._fresh = fresh
        self._resources = resources
        self._journal = journal or Journal()
        self._namespace = namespace
        self._source = source
        self.known: dict[str, OpenBundle | Failure] = {}
        """The bundles that were listed so far, by their URIs."""
        self.state: BundlesState = ()
        self._max_bytes = resources.settings.max_bundle_bytes_per_request if max_bytes is None else max_bytes
        self.read_bytes = 0

    async def add(self, answer: Sequence[ListedBundle]) -> bool:
        """Download and open bundles, several at a time.

        Returns whether one of them is new, even if it can't be had.  Of two with one URI the first counts.
        """
        new: dict[str, ListedBundle] = {}
        for listed in answer:
            if listed.uri not in self.known:
                new.setdefault(listed.uri, listed)
        self.learn(dict(zip(new, await all_of(self._opened, new.values(), AT_ONCE), strict=True)))
        return bool(new)

    def learn(self, new: Mapping[str, OpenBundle | Failure]) -> None:
        """Take note of open bundles that are not known yet, by their URIs."""
        if new:
            self.known.update(new)
            self.state = tuple(sorted(map(_state_of, self.known.items())))

    def has_room_for(self, size: int) -> bool:
        """Return whether members of that size, in all, may be read besides what was read."""
        return self.read_bytes + size <= self._max_bytes

    def may_have(self, key: FileKey) -> bool:
        """Return whether a bundle lists the file."""
        return any(True for _ in self._candidates(key))

    async def find(self, key: FileKey) -> FileEntry | None:
        """Return the file, by debug id if possible, else by URL; None if no bundle has it."""
        for opened, member, resolved_with in self._candidates(key):
            text = await self._text(opened, member)
            if text is not None:
                origin = BundledFile(opened.uri, key)
                return FileEntry(origin, bundled_file(text, member, key.abs_path), resolved_with)
            self._journal.unreadable(opened.uri, member.path)
        return None

    async def _opened(self, listed: ListedBundle) -> OpenBundle | Failure:
        bundle = await self._bundle(listed)
        self._journal.opened(listed.uri, bundle if isinstance(bundle, Failure) else bundle.manifest)
        if isinstance(bundle, Failure):
            _log.info("the bundle %.300s can't be had: %.300s", listed.uri, bundle)
            if bundle.excess:
                self._resources.metrics.limit_hit(Limit.BUNDLE, f"{listed.uri}: {bundle.text}", bundle.excess)
            return bundle
        return OpenBundle(listed, bundle)

    async def _bundle(self, listed: ListedBundle) -> Bundle | Failure:
        """Return a bundle; one with many members perhaps when other requests have closed theirs."""
        key = bundle_key(self._namespace, listed)
        for _ in range(_TRIES_FOR_ROOM):
            shared = self._resources.large_bundles.get(key) if self._fresh is None else None
            if shared is not None:
                _be_looked_for_again()
                return shared
            try:
                bundle = await self._resources.bundles.get(
                    key,
                    lambda: self._download(listed),
                    between_hosts=True,
                    fresh=self._fresh,
                )
            except NoRoom:
                self._resources.large_bundles.sweep()
                await asyncio.sleep(_ROOM_PAUSE_S)
                continue
            if isinstance(bundle, Bundle):
                self._resources.large_bundles.share(key, bundle)
            return bundle
        return Failure(FailureKind.INTERNAL, "there is no room for it in memory")

    async def _download(self, listed: ListedBundle) -> Draft:
        scope, resources = self._namespace.scope, self._resources
        return await download_bundle(resources.downloader, listed, self._source, scope, resources.settings)

    def _candidates(self, key: FileKey) -> Iterator[tuple[OpenBundle, Member, ResolvedWith]]:
        """Yield the members that may be the file, the best first."""
        if not self.known:
            return
        bundles = self._opened_bundles()
        if key.debug_id is not None:
            for opened in bundles:
                if member := opened.bundle.member_by_debug_id(key.debug_id, key.type):
                    yield opened, member, ResolvedWith.DEBUG_ID
        for url in candidate_urls(key.abs_path) if key.abs_path is not None else ():
            for opened in bundles:
                if member := opened.bundle.member_by_url(url):
                    yield opened, member, opened.listed.resolved_with

    def _opened_bundles(self) -> list[OpenBundle]:
        bundles = (self.known[uri] for uri in sorted(self.known, reverse=True))
        return [bundle for bundle in bundles if isinstance(bundle, OpenBundle)]

    async def _text(self, opened: OpenBundle, member: Member) -> Text | None:
        """Return the text of a member; None if it can't be read, is no text, or is more than a request may read."""
        size = opened.bundle.declared_size(member)
        max_bytes = self._resources.settings.max_bundle_file_size
        if max_bytes is not None and size > max_bytes:
            self._hit(Limit.MEMBER, opened, member, size, max_bytes)
            return None
        if not self.has_room_for(size):
            self._hit(Limit.REQUEST, opened, member, self.read_bytes + size, self._max_bytes)
            return None
        self.read_bytes += size  # also if it is cached or damaged: the answer must not depend on what was read before
        key = member_key(self._namespace, opened.listed, opened.bundle.digest, member.path)
        if size >= MAPPED_FROM_BYTES:
            text = await self._resources.texts.get(key, lambda: self._extracted(opened.bundle, member))
            return None if isinstance(text, Failure) else text
        self._count(in_memory=self._resources.members.has(key))
        return await self._resources.members.get(
            key, lambda: self._resources.threads.run(lambda: _read_text(opened.bundle, member, max_bytes))
        )

    def _count(self, *, in_memory: bool) -> None:
        self._resources.metrics.member(in_memory=in_memory)
        uses = watching()
        if uses is not None:
            uses.note_effect(lambda: self._resources.metrics.member(in_memory=True))

    def _hit(self, limit: Limit, opened: OpenBundle, member: Member, size: int, most: int) -> None:
        self._resources.metrics.limit_hit(limit, f"{opened.uri}: {member.path}", Excess(size, most))
        self._journal.unreadable(opened.uri, member.path, Excess(size, most))

    async def _extracted(self, bundle: Bundle, member: Member) -> Draft:
        """Return a large member as a file of its own, which takes no memory."""
        draft = self._resources.store.draft()
        try:
            is_whole = await self._resources.threads.run(lambda: bundle.copy(member, draft.write))
        except BaseException:
            draft.discard()
            raise
        if not is_whole:
            draft.discard()
            raise FetchFailed(Failure(FailureKind.MALFORMED, "the file is damaged"))
        return draft


def _be_looked_for_again() -> None:
    """See to it that the next request looks for the bundle again: nothing but this one keeps it in memory."""
    uses = watching()
    if uses is not None:
        uses.note_other()


def _state_of(known: tuple[str, OpenBundle | Failure]) -> tuple[str, int, str]:
    uri, opened = known
    return (uri, -1, "") if isinstance(opened, Failure) else (uri, opened.bundle.serial, opened.listed.resolved_with)


def _read_text(bundle: Bundle, member: Member, max_bytes: int | None) -> Text | None:
    content = bundle.read(member, max_bytes)
    text = None if content is None else read_text(content)
    return text if isinstance(text, Text) else None
