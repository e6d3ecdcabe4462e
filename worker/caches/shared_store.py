"""A second store behind those of the hosts: an object store, or a directory that all hosts see.

What one host has downloaded another need not.  It is read through and written behind; when it fails, or is slow, files
are fetched as if it weren't there.  Entries are those of the hosts' stores, byte for byte, and checked the same way.
Old ones are for the object store's own rules to remove.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING, BinaryIO, Protocol

import obstore
from obstore.exceptions import BaseError
from obstore.store import from_url

from core.errors import FetchFailed
from core.settings import Settings
from worker.caches.cache_entries import LONGEST_END, Record, decode_end
from worker.caches.disk import FileStore
from worker.caches.stored_file import Draft, StoredFile
from worker.threads import Threads

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_log = logging.getLogger(__name__)

_FORMAT = "v2"
_PATIENCE_S = 10.0  # for the first byte
_WHOLE_S = 300.0
_REST_S = 30.0  # after a failure
_STEP = 1 << 20
_AT_ONCE = 4
_MOST_WAITING = 100
_ERRORS = (BaseError, OSError, ValueError, TimeoutError)


class SharedStore(Protocol):
    """Store of files that hosts share."""

    async def fetch(self, key: bytes) -> tuple[Draft, Record] | None:
        """Return an entry as a draft of the host's own store, None if it can't be had."""
        ...

    def put(self, key: bytes, file: StoredFile) -> None:
        """Begin to store an entry that has been published; nobody waits for it, and it may be left out."""
        ...

    async def close(self) -> None:
        """Stop what is under way."""
        ...


class NoSharedStore:
    """Hosts share nothing."""

    async def fetch(self, key: bytes) -> tuple[Draft, Record] | None:  # noqa: ARG002
        """Return None."""
        return None

    def put(self, key: bytes, file: StoredFile) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""


class ObjectSharedStore:
    """Files in an object store.  Belongs to one event loop."""

    def __init__(self, url: str, store: FileStore, threads: Threads) -> None:
        """Raise ValueError if ``url`` names no object store."""
        self._objects = _open(url)
        self._store = store
        self._threads = threads
        self._rests_until = 0.0
        self._uploads: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def fetch(self, key: bytes) -> tuple[Draft, Record] | None:
        """Return an entry as a draft of the host's own store, None if it can't be had."""
        if self._rests():
            return None
        try:
            draft = self._store.draft()
        except FetchFailed:
            return None
        try:
            async with asyncio.timeout(_WHOLE_S):
                await self._copy(key, draft)
            record = await self._threads.run(lambda: _cut(draft, key))
        except FileNotFoundError:
            record = None
        except _ERRORS as error:
            self._rest("read", error)
            record = None
        except FetchFailed:  # there is no room on disk
            record = None
        except BaseException:
            draft.discard()
            raise
        if record is None:
            draft.discard()
            return None
        return draft, record

    def put(self, key: bytes, file: StoredFile) -> None:
        """Begin to store an entry that has been published."""
        if self._rests() or len(self._uploads) >= _MOST_WAITING:
            return
        upload = asyncio.create_task(self._upload(key, file.whole()))
        self._uploads.add(upload)
        upload.add_done_callback(self._uploads.discard)

    async def close(self) -> None:
        """Stop what is under way."""
        for upload in self._uploads:
            upload.cancel()
        await asyncio.gather(*self._uploads, return_exceptions=True)

    async def uploaded(self) -> None:
        """Wait until nothing is under way."""
        await asyncio.gather(*self._uploads)

    async def _copy(self, key: bytes, draft: Draft) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            found = await obstore.get_async(self._objects, _name(key))
        async for piece in found.stream(_STEP):
            content = bytes(piece)
            await self._threads.run(lambda content=content: draft.write(content))  # type: ignore[misc]

    async def _upload(self, key: bytes, whole: contextlib.closing[BinaryIO]) -> None:
        with whole as file:
            async with self._turns:
                if self._rests():
                    return
                try:
                    async with asyncio.timeout(_WHOLE_S):
                        await obstore.put_async(self._objects, _name(key), file)
                except _ERRORS as error:
                    self._rest("written", error)

    def _rests(self) -> bool:
        return time.monotonic() < self._rests_until

    def _rest(self, what: str, error: BaseException) -> None:
        if not self._rests():
            # Not its text, which may quote addresses with secrets in them.
            _log.warning("the shared cache can't be %s now: %s", what, type(error).__name__)
        self._rests_until = time.monotonic() + _REST_S


def open_shared_store(settings: Settings, store: FileStore, threads: Threads) -> SharedStore:
    """Return the store that the settings name, or one that shares nothing if it can't be opened."""
    if settings.shared_cache_url is None:
        return NoSharedStore()
    try:
        return ObjectSharedStore(settings.shared_cache_url, store, threads)
    except _ERRORS as error:
        _log.error("UNMANGLE_SHARED_CACHE_URL: hosts share nothing: %s", type(error).__name__)
        return NoSharedStore()


def _open(url: str) -> ObjectStore:
    if url.startswith("file:"):
        return from_url(url, mkdir=True)
    return from_url(
        url,
        # An endpoint without TLS is one that the operator has named.
        client_options={"connect_timeout": "2s", "timeout": "300s", "allow_http": True},
        retry_config={"max_retries": 1},
    )


def _name(key: bytes) -> str:
    name = key.hex()
    return f"{_FORMAT}/{name[:2]}/{name}"


def _cut(draft: Draft, key: bytes) -> Record | None:
    """Make the draft of a whole entry one of its content; return its record, None if it isn't that of ``key``."""
    record = decode_end(draft.end(LONGEST_END), draft.size)
    if record is None or record.key != key.hex() or record.failure is not None:
        return None
    draft.cut(record.size)
    return record if draft.checksum() == record.checksum else None
