"""Artifact bundles that one request has learnt of, and the search for files in them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from core.concurrency import all_of
from core.failures import Excess, Failure
from core.files.artifact_lookup import ListedBundle
from core.files.file_keys import BundledFile, FileEntry, FileKey, ResolvedWith
from core.files.manifest import Member
from core.files.text_files import Text, bundled_file
from core.web.paths import candidate_urls
from core.wire.request_sources import Source
from worker.caches.keys import Namespace, bundle_key, member_key
from worker.caches.stored_file import Draft
from worker.caches.tiered_cache import Freshness
from worker.caches.worker_metrics import Limit, WorkerMetrics
from worker.requests.bundle_cache import BundleCache
from worker.requests.journal import Journal
from worker.requests.member_cache import MemberCache
from worker.requests.resolved_files_cache import OpenBundle

_log = logging.getLogger(__name__)

AT_ONCE = 8
"""How many bundles of one answer are fetched at the same time."""


BundlesState = tuple[tuple[str, int, str], ...]
"""Identity of the known bundles: equal for requests that know the same ones, as the same objects, listed alike."""


class ReadBudget:
    """Bytes of bundles that one request may read; what would exceed ``max_bytes`` in all counts as missing."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.read_bytes = 0

    def has_room_for(self, size: int) -> bool:
        """Return whether members of that size, in all, may be read besides what was read."""
        return self.read_bytes + size <= self.max_bytes


class BundleClient(Protocol):
    """Client of a source, as far as bundles go."""

    async def download_bundle(self, listed: ListedBundle, source: Source, scope: str) -> Draft:
        """Return an artifact bundle, whatever it is.  Raises FetchFailed."""
        ...


class RequestBundles:
    """Finds files in the bundles of one source.  Where several have a file, the bundle with the greatest URI wins."""

    def __init__(
        self,
        bundles: BundleCache,
        members: MemberCache,
        client: BundleClient,
        metrics: WorkerMetrics,
        journal: Journal,
        namespace: Namespace,
        source: Source,
        budget: ReadBudget,
        fresh: Freshness | None = None,
        *,
        between_hosts: bool = True,
    ) -> None:
        """``between_hosts`` if other hosts may be given the bundles."""
        self._bundles = bundles
        self._members = members
        self._client = client
        self._metrics = metrics
        self._journal = journal
        self._namespace = namespace
        self._source = source
        self._budget = budget
        self._between_hosts = between_hosts
        self._fresh = fresh
        self.known: dict[str, OpenBundle | Failure] = {}
        """The bundles that were listed so far, by their URIs."""
        self.state: BundlesState = ()

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
        key, scope = bundle_key(self._namespace, listed), self._namespace.scope
        bundle = await self._bundles.get(
            key,
            lambda: self._client.download_bundle(listed, self._source, scope),
            self._fresh,
            between_hosts=self._between_hosts,
        )
        self._journal.opened(listed.uri, bundle if isinstance(bundle, Failure) else bundle.manifest)
        if isinstance(bundle, Failure):
            _log.info("the bundle %.300s can't be had: %.300s", listed.uri, bundle)
            if bundle.excess:
                self._metrics.limit_hit(Limit.BUNDLE, f"{listed.uri}: {bundle.text}", bundle.excess)
            return bundle
        return OpenBundle(listed, bundle)

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
        max_bytes = self._members.max_bytes
        if max_bytes is not None and size > max_bytes:
            self._hit(Limit.MEMBER, opened, member, size, max_bytes)
            return None
        budget = self._budget
        if not budget.has_room_for(size):
            self._hit(Limit.REQUEST, opened, member, budget.read_bytes + size, budget.max_bytes)
            return None
        budget.read_bytes += size  # also if it is cached or damaged: the answer must not depend on what was read before
        key = member_key(self._namespace, opened.listed, opened.bundle.digest, member.path)
        return await self._members.get(key, opened.bundle, member)

    def _hit(self, limit: Limit, opened: OpenBundle, member: Member, size: int, most: int) -> None:
        self._metrics.limit_hit(limit, f"{opened.uri}: {member.path}", Excess(size, most))
        self._journal.unreadable(opened.uri, member.path, Excess(size, most))


def _state_of(known: tuple[str, OpenBundle | Failure]) -> tuple[str, int, str]:
    uri, opened = known
    return (uri, -1, "") if isinstance(opened, Failure) else (uri, opened.bundle.serial, opened.listed.resolved_with)
