"""Downloading to disk, and out of a wrapping if there is one."""

from __future__ import annotations

from dataclasses import dataclass

from core.files.artifact_bundle import BundleLimits
from core.files.wrapped_contents import is_wrapped, unwrap_file
from core.settings import Settings
from worker.caches.disk import FileStore, written
from worker.caches.stored_file import Draft
from worker.fetch.client import Client, Fetch
from worker.threads import Threads

_BUFFERED_BYTES = 1 << 19
_LONGEST_MAGIC = 4


@dataclass(frozen=True, slots=True)
class Downloader:
    """Downloader to disk, on threads that write files."""

    client: Client
    store: FileStore
    threads: Threads

    async def download(self, fetch: Fetch) -> Draft:
        """Return the file as a draft of the store.  Raises FetchFailed."""
        async with self.client.slot(fetch):
            return await self._download(fetch)

    async def keep(self, content: bytes) -> Draft:
        """Return a draft of the store that holds ``content``.  Raises FetchFailed, INTERNAL, if there is no room."""
        return await self.threads.run(lambda: written(self.store, content))

    async def _download(self, fetch: Fetch) -> Draft:
        draft = self.store.draft()
        try:
            sink = _DraftSink(draft, self.threads)
            await self.client.download(fetch, sink)
            await sink.finish()
            if is_wrapped(sink.start):
                return await self.threads.run(lambda: self._unwrapped(draft, fetch.max_bytes))
        except BaseException:
            draft.discard()
            raise
        return draft

    def _unwrapped(self, wrapped: Draft, max_bytes: int) -> Draft:
        draft = self.store.draft()
        try:
            with wrapped.reader() as file:
                unwrap_file(file, max_bytes, draft.write)
        except BaseException:
            draft.discard()
            raise
        wrapped.discard()
        return draft


class _DraftSink:
    """Writes to disk in large pieces, on a thread."""

    def __init__(self, draft: Draft, threads: Threads) -> None:
        self.start = b""
        self._draft = draft
        self._threads = threads
        self._pieces: list[bytes] = []
        self._buffered = 0

    async def write(self, piece: bytes) -> None:
        if len(self.start) < _LONGEST_MAGIC:
            self.start += piece[:_LONGEST_MAGIC]
        self._pieces.append(piece)
        self._buffered += len(piece)
        if self._buffered >= _BUFFERED_BYTES:
            await self.flush()

    async def restart(self) -> None:
        self.start = b""
        self._pieces, self._buffered = [], 0
        if self._draft.size:
            await self._threads.run(self._draft.restart)

    async def finish(self) -> None:
        """Have what is left written: with a small file that is left to whoever reads it, on a thread."""
        if self._draft.size:
            await self.flush()
        else:
            self._draft.hold(self._pieces)

    async def flush(self) -> None:
        pieces, self._pieces, self._buffered = self._pieces, [], 0
        await self._threads.run(lambda: self._draft.write_all(pieces))


def bundle_limit(settings: Settings) -> int:
    """Return how many bytes an artifact bundle may have."""
    return _limit(settings.max_bundle_size, settings)


def artifact_limit(settings: Settings) -> int:
    """Return how many bytes an individual artifact may have."""
    return _limit(settings.max_artifact_size, settings)


def scraped_file_limit(settings: Settings) -> int:
    """Return how many bytes a file from the web may have."""
    return _limit(settings.max_scraped_file_size, settings)


def limits_of_bundles(settings: Settings) -> BundleLimits:
    """Return what may be in an artifact bundle."""
    return BundleLimits(settings.max_bundle_files, settings.max_manifest_size)


def _limit(own: int, settings: Settings) -> int:
    """Return the limit of one kind of file: its own, unless the one of all downloads is lower."""
    return own if settings.max_download_size is None else min(own, settings.max_download_size)
