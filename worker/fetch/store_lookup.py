"""Lookups in the artifact store: which uploads have a file, what is remembered of that, and the bundles themselves."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass

from obstore.exceptions import BaseError
from obstore.store import from_url

from core.errors import FetchFailed
from core.failures import Failure, FailureKind
from core.files.debug_ids import DebugId
from core.files.file_keys import ResolvedWith
from core.observing import metrics
from core.observing.counts import Counts
from core.settings import Settings
from core.store.access_tokens import Right
from core.store.object_store import ObjectMissing, Objects, ObjectStoreUnavailable, open_objects
from core.store.store_index import (
    IdEntry,
    NameEntry,
    StoredBundle,
    entry_name,
    newest_by_id,
    newest_by_names,
    read_id_entries,
    read_name_entries,
    surplus,
)
from core.store.store_keys import OrgKeys
from core.store.store_names import release_name
from core.store.token_check import InvalidToken, TokenCheck, TooManyGuesses
from worker.caches.cache_entries import NOT_KEPT, Lifetime
from worker.caches.disk import FileStore
from worker.caches.keys import Key
from worker.caches.memory import Budget, MemoryCache
from worker.caches.stored_file import Draft
from worker.threads import Threads

_log = logging.getLogger(__name__)

_SURPLUS_FROM = 100
_LONG_FROM = 1_000  # names: to choose among more takes longer than a thread
_USE_IS_NOTED_EVERY_S = 86_400
_MOST_USES = 100_000
_LOG_EVERY_S = 60.0
_BYTES_PER_ANSWER = 1000
_GROUPED_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class StoreQuestion:
    """Question about a file: whose it is, and what it may be found by."""

    scope: str
    org: str
    project: str | None
    debug_id: DebugId | None
    release: str | None
    dist: str | None
    abs_path: str | None

    @property
    def has_name(self) -> bool:
        """Whether the file may be found by release and name."""
        return release_name(self.release) is not None and self.abs_path is not None


@dataclass(frozen=True, slots=True)
class _Found:
    """Uploads that have a file, or why that is not known."""

    uploads: Sequence[str]
    failure: Failure | None = None
    by_name: bool = False


def open_store_objects(settings: Settings, counts: Counts) -> Objects:
    """Return the objects of the store that the settings name.  Raises CannotStart."""
    assert settings.store_url is not None
    return open_objects(settings.store_url, counts, from_url, BaseError)


class StoreLookup:
    """Lookups and bundles of the store, for one worker process.  Belongs to one event loop."""

    def __init__(
        self,
        objects: Objects,
        store: FileStore,
        threads: Threads,
        budget: Budget,
        settings: Settings,
        counts: Counts,
    ) -> None:
        """``store`` and ``threads`` are for files of the host's cache."""
        self._objects = objects
        self._store = store
        self._threads = threads
        self._counts = counts
        self._timeout_s = settings.lookup_timeout_s
        self._tokens = None if settings.store_open_reads else TokenCheck(objects, settings.store_admin_token)
        self._found_for_s = {False: settings.lookup_cache_ttl_s, True: settings.store_lookup_ttl_s}
        self._missing_for_s = settings.store_miss_ttl_s
        self._answers: MemoryCache[Key, _Found] = MemoryCache(
            budget=budget,
            size_of=lambda _, found: _BYTES_PER_ANSWER + sum(map(len, found.uploads)),
            lifetime_of=self._lifetime,
            max_entries=settings.lookup_cache_capacity,
        )
        self._used: dict[str, float] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._logged_at = -_LOG_EVERY_S

    async def may_read(self, token: str | None, org: str, project: str | None) -> bool:
        """Return whether a request with this token may be served from the store."""
        if self._tokens is None:
            return True
        try:
            known = await self._tokens.token(None if token is None else f"Bearer {token}")
        except (InvalidToken, TooManyGuesses, ObjectStoreUnavailable):
            return False
        in_projects = known.projects is None if project is None else not known.other_projects([project])
        return known.is_for_org(org) and in_projects and known.allows(Right.READ)

    async def listed(self, question: StoreQuestion, *, anew: bool = False) -> Sequence[StoredBundle] | Failure:
        """Return the bundles that have a file: by its debug id, else by release and name."""
        asked = question
        if asked.debug_id is not None:
            found = await self._found_by_id(asked, anew=anew)
            if found.failure is not None or found.uploads:
                return self._bundles(asked.org, found, ResolvedWith.DEBUG_ID)
        if asked.has_name:
            return self._bundles(asked.org, await self._found_by_name(asked, anew=anew), ResolvedWith.INDEX)
        return ()

    async def download(self, bundle: StoredBundle) -> Draft:
        """Return a bundle as a draft of the host's cache.  Raises FetchFailed."""
        draft = self._store.draft()
        try:
            await self._copy(OrgKeys(bundle.org).bundle(bundle.upload), draft)
        except ObjectMissing:
            draft.discard()
            raise FetchFailed(Failure(FailureKind.NOT_FOUND)) from None
        except ObjectStoreUnavailable as error:
            draft.discard()
            self._log_failure(error)
            raise FetchFailed(Failure(FailureKind.INTERNAL, str(error))) from error
        except BaseException:
            draft.discard()
            raise
        return draft

    def note_use(self, bundle: StoredBundle) -> None:
        """Note in the store that an upload is used, once a day."""
        now = time.monotonic()
        if now - self._used.get(bundle.id, -_USE_IS_NOTED_EVERY_S) < _USE_IS_NOTED_EVERY_S:
            return
        while len(self._used) >= _MOST_USES:
            del self._used[next(iter(self._used))]
        self._used[bundle.id] = now
        self._start(self._note_use(bundle))

    def clear(self) -> None:
        """Forget all answers."""
        self._answers.clear()

    async def close(self) -> None:
        """Stop what is under way."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._answers.close()

    async def _found_by_id(self, asked: StoreQuestion, *, anew: bool) -> _Found:
        debug_id, project = asked.debug_id, asked.project
        assert debug_id is not None
        prefix = OrgKeys(asked.org).by_id(debug_id)
        key = ("store id", asked.scope, asked.org, project or "", debug_id)

        async def look() -> _Found:
            return await self._look(prefix, lambda names: _chosen_by_id(read_id_entries(names), project), by_name=False)

        return await self._answers.get(key, look, anew=anew)

    async def _found_by_name(self, asked: StoreQuestion, *, anew: bool) -> _Found:
        release, path = release_name(asked.release), asked.abs_path
        assert release is not None
        assert path is not None
        prefix = OrgKeys(asked.org).by_name(release, asked.dist, path)
        key = ("store name", asked.scope, asked.org, asked.project or "", release, asked.dist or "", path)

        async def look() -> _Found:
            return await self._look(
                prefix, lambda names: _chosen_by_name(read_name_entries(names), asked.project, path), by_name=True
            )

        return await self._answers.get(key, look, anew=anew)

    async def _look(
        self, prefix: str, choose: Callable[[Sequence[str]], tuple[list[str], set[str]]], *, by_name: bool
    ) -> _Found:
        """Return the uploads that are chosen among the entries below a prefix, which one LIST finds."""
        by = "name" if by_name else "debug_id"
        try:
            async with asyncio.timeout(self._timeout_s):
                names = await self._objects.names(prefix)
        except (ObjectStoreUnavailable, TimeoutError) as error:
            self._log_failure(error)
            self._counts.inc(metrics.STORE_LOOKUPS.field(by, "failed"))
            return _Found((), Failure(FailureKind.INTERNAL, str(error) or "timeout"))
        if len(names) <= _LONG_FROM:
            uploads, extra = choose(names)
        else:
            uploads, extra = await self._threads.run(lambda: choose(names))
        self._counts.inc(metrics.STORE_LOOKUPS.field(by, "true" if uploads else "false"))
        if len(names) > _SURPLUS_FROM and extra:
            self._start(self._prune([f"{prefix}/{name}" for name in extra]))
        return _Found(uploads, by_name=by_name)

    def _bundles(self, org: str, found: _Found, resolved_with: ResolvedWith) -> Sequence[StoredBundle] | Failure:
        if found.failure is not None:
            return found.failure
        return [StoredBundle.of(org, upload, resolved_with) for upload in found.uploads]

    def _lifetime(self, found: _Found) -> Lifetime:
        if found.failure is not None:
            return NOT_KEPT
        return Lifetime(self._found_for_s[found.by_name] if found.uploads else self._missing_for_s)

    async def _copy(self, key: str, draft: Draft) -> None:
        """Write an object to a draft, some pieces at a time."""
        pieces: list[bytes] = []
        size = 0
        async for piece in self._objects.pieces(key):
            pieces.append(piece)
            size += len(piece)
            if size >= _GROUPED_BYTES:
                written, pieces, size = pieces, [], 0
                await self._threads.run(lambda written=written: draft.write_all(written))  # type: ignore[misc]
        if pieces:
            await self._threads.run(lambda: draft.write_all(pieces))

    async def _note_use(self, bundle: StoredBundle) -> None:
        try:
            await self._objects.put(OrgKeys(bundle.org).used(bundle.upload), b"")
        except ObjectStoreUnavailable:
            self._used.pop(bundle.id, None)

    async def _prune(self, keys: list[str]) -> None:
        """Delete entries that no lookup needs, so that a file of thousands of builds stays cheap."""
        try:
            await self._objects.delete(keys)
        except ObjectStoreUnavailable as error:
            _log.debug("entries are not pruned: %s", error)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _log_failure(self, error: Exception) -> None:
        if time.monotonic() - self._logged_at >= _LOG_EVERY_S:
            self._logged_at = time.monotonic()
            _log.warning("%s", error or "the artifact store takes too long")


def _chosen_by_id(entries: Sequence[IdEntry], project: str | None) -> tuple[list[str], set[str]]:
    return newest_by_id(entries, project), {entry_name(entry) for entry in surplus(entries)}


def _chosen_by_name(entries: Sequence[NameEntry], project: str | None, path: str) -> tuple[list[str], set[str]]:
    return newest_by_names(entries, project, path), {entry_name(entry) for entry in surplus(entries)}
