"""Cache of the files in artifact bundles: small ones in memory, large ones as files of their own."""

from __future__ import annotations

from core.errors import FetchFailed
from core.failures import Failure, FailureKind
from core.files.artifact_bundle import Bundle
from core.files.manifest import Member
from core.files.text_files import Text, read_text
from worker.caches.disk import FileStore
from worker.caches.keys import Key
from worker.caches.memory import MemoryCache
from worker.caches.replayable_reads import watching
from worker.caches.stored_file import MAPPED_FROM_BYTES, Draft
from worker.caches.tiered_cache import LoadedCache
from worker.caches.worker_metrics import WorkerMetrics
from worker.threads import Threads


class MemberCache:
    """Texts of members by their keys: in ``small`` or in ``texts``, extracted to ``store``."""

    def __init__(
        self,
        small: MemoryCache[Key, Text | None],
        texts: LoadedCache[Text],
        store: FileStore,
        threads: Threads,
        metrics: WorkerMetrics,
        max_bytes: int | None,
    ) -> None:
        self._small = small
        self._texts = texts
        self._store = store
        self._threads = threads
        self._metrics = metrics
        self.max_bytes = max_bytes
        """The size that a member may have, None: any size."""

    async def get(self, key: Key, bundle: Bundle, member: Member) -> Text | None:
        """Return the text of a member; None if it can't be read or is no text."""
        if bundle.declared_size(member) >= MAPPED_FROM_BYTES:
            text = await self._texts.get(key, lambda: self._extracted(bundle, member))
            return None if isinstance(text, Failure) else text
        self._count(in_memory=self._small.has(key))
        return await self._small.get(key, lambda: self._threads.run(lambda: _read_text(bundle, member, self.max_bytes)))

    def clear(self) -> None:
        """Forget the small ones in memory."""
        self._small.clear()

    async def close(self) -> None:
        """Stop reading small ones and forget them."""
        await self._small.close()

    def _count(self, *, in_memory: bool) -> None:
        self._metrics.member(in_memory=in_memory)
        uses = watching()
        if uses is not None:
            uses.note_effect(lambda: self._metrics.member(in_memory=True))

    async def _extracted(self, bundle: Bundle, member: Member) -> Draft:
        """Return a large member as a file of its own, which takes no memory."""
        draft = self._store.draft()
        try:
            is_whole = await self._threads.run(lambda: bundle.copy(member, draft.write))
        except BaseException:
            draft.discard()
            raise
        if not is_whole:
            draft.discard()
            raise FetchFailed(Failure(FailureKind.MALFORMED, "the file is damaged"))
        return draft


def _read_text(bundle: Bundle, member: Member, max_bytes: int | None) -> Text | None:
    content = bundle.read(member, max_bytes)
    text = None if content is None else read_text(content)
    return text if isinstance(text, Text) else None
