"""Cache of resolved generated files, keyed by what the request says of where files come from, and by the file.

Only a file is kept that came from memory alone, and it goes with the first of the cached values that it was made of: so
an answer is what it would be without, only faster, and what the caches count and evict is the same, too.  A warm
request takes several times as long without this cache and that of frames.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import msgspec

from core.failures import Failure
from core.files.artifact_bundle import Bundle
from core.files.artifact_lookup import ListedBundle, ListedFile
from core.files.debug_ids import DebugId
from core.frames.mapped_frame import ResolvedModule
from core.wire.request import SymbolicateRequest
from worker.caches.replayable_reads import Uses
from worker.requests.journal import JournalEntries

MOST_FILES = 4096
"""The number of files that are kept; each takes about 1.5 KB beside what the other caches have anyway."""


@dataclass(frozen=True, slots=True)
class OpenBundle:
    """A bundle that a request has learnt of, and that could be had."""

    listed: ListedBundle
    bundle: Bundle

    @property
    def uri(self) -> str:
        """The name of the bundle."""
        return self.listed.uri


@dataclass(frozen=True, slots=True)
class ResolvedFile:
    """A generated file with its source map, and the side effects of looking for the two.

    ``entries`` were made in the journal, ``bundles`` (by URI) and ``artifacts`` were learnt of, and ``read_bytes`` of
    members were read.  ``urls`` are what the two files are found by among artifacts.  ``number`` is that of
    ``FrameCache``.
    """

    module: ResolvedModule
    number: int | None
    entries: JournalEntries
    learnt: Sequence[LearntFiles]
    urls: frozenset[str]
    read_bytes: int
    was_scraped: bool


@dataclass(frozen=True, slots=True)
class LearntFiles:
    """Bundles, by URI, and artifacts that a source has listed."""

    bundles: dict[str, OpenBundle | Failure]
    artifacts: Sequence[ListedFile]


class _Remembered:
    __slots__ = ("__weakref__", "file", "uses")

    def __init__(self, file: ResolvedFile, uses: Uses) -> None:
        self.file: ResolvedFile | None = file
        self.uses = uses

    def end(self) -> None:
        """Let go of everything: a value isn't kept any more that the file was made of."""
        self.file = None
        self.uses = Uses()


class ResolvedFilesCache:
    """The files that one process remembers, by ``file_key``."""

    def __init__(self) -> None:
        self._files: OrderedDict[Hashable, _Remembered] = OrderedDict()  # what was used longest ago comes first

    def get(self, key: Hashable) -> tuple[ResolvedFile, Uses] | None:
        """Return what a file came to, and what has to be used again for that; None if that isn't known."""
        remembered = self._files.get(key)
        if remembered is None:
            return None
        if remembered.file is None:
            del self._files[key]
            return None
        self._files.move_to_end(key)
        return remembered.file, remembered.uses

    def keep(self, key: Hashable, file: ResolvedFile, uses: Uses) -> None:
        """Remember what a file came to."""
        remembered = self._files[key] = _Remembered(file, uses)
        uses.tell_end(remembered)
        if len(self._files) > MOST_FILES:
            self._files.popitem(last=False)

    def __len__(self) -> int:
        return len(self._files)


def request_digest(request: SymbolicateRequest, scope: str | None) -> bytes:
    """Return what requests have in common whose files come to the same.

    That is all they say of where files come from.  A digest, as there are credentials in it.
    """
    said = (scope, request.all_sources, request.release, request.dist, request.scraping, request.allow_scraping)
    return hashlib.blake2b(_ENCODER.encode(said), digest_size=32).digest()


def file_key(digest: bytes, bundles: Hashable, abs_path: str, debug_id: DebugId | None) -> Hashable:
    """Return what a generated file is remembered by.

    ``digest`` is the request's, ``bundles`` stands for those that it had learnt of before.
    """
    return digest, bundles, abs_path, debug_id


_ENCODER = msgspec.json.Encoder()
