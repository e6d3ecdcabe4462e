"""What the files of a request came to, for the next request that asks for the same files in the same way.

Only what came from memory alone is remembered, and it holds only while all of that still is in memory: so an answer is
what it would be without, only faster, and what the caches count and throw out is the same, too.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from core.counts import Values
from core.files import FileEntry, FileKey
from core.modules import ResolvedModule
from core.wire.request import SymbolicateRequest
from core.wire.response import ScrapingAttempt
from worker.caches.uses import Uses

_LIFE_S = 1.0  # what the caches throw out is held in here no longer than that
_MOST_FILES = 10_000  # in all; what is remembered of a file takes about 1.5 KB
_MOST_FILES_OF_ONE = 100


class NotRemembered(Exception):
    """A request needs more than its generated files and their maps."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """The generated files of a request with their source maps, and what the answer says about the web.

    ``modules`` and ``numbers``, those of ``WrittenFrames``, are by path.  ``counts`` are for metrics.
    """

    modules: Mapping[str, ResolvedModule]
    numbers: dict[str, int | None]
    attempts: Sequence[ScrapingAttempt]
    counts: Values

    async def resolve(self, abs_path: str) -> ResolvedModule:
        """Return what is known about the generated file ``abs_path``."""
        return self.modules[abs_path]

    async def get_file(self, key: FileKey) -> FileEntry:
        """Raise NotRemembered: what an original file came to depends on more than the files."""
        raise NotRemembered(key)


@dataclass(frozen=True, slots=True)
class _Kept:
    resolution: Resolution
    uses: Uses
    ends_at: float


class Resolutions:
    """The resolutions that one process remembers."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept: dict[bytes, _Kept] = {}  # in the order in which they end
        self._files = 0
        self._clock = clock

    def get(self, key: bytes) -> Resolution | None:
        """Return what came of an equal request, if that still holds."""
        self._drop_old()
        kept = self._kept.get(key)
        return kept.resolution if kept is not None and kept.uses.again() else None

    def keep(self, key: bytes, resolution: Resolution, uses: Uses) -> None:
        """Remember what came of a request that is not too large, if nothing but memory was used for it."""
        if not uses.were_in_memory or len(resolution.modules) > _MOST_FILES_OF_ONE:
            return
        self._drop(key)
        self._kept[key] = _Kept(resolution, uses, self._clock() + _LIFE_S)
        self._files += 1 + len(resolution.modules)
        while self._files > _MOST_FILES:
            self._drop(next(iter(self._kept)))

    def _drop_old(self) -> None:
        now = self._clock()
        while self._kept:
            oldest = next(iter(self._kept))
            if self._kept[oldest].ends_at > now:
                return
            self._drop(oldest)

    def _drop(self, key: bytes) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is not None:
            self._files -= 1 + len(dropped.resolution.modules)


def resolution_key(request: SymbolicateRequest, scope: str | None, paths: Iterable[str]) -> bytes:
    """Return what requests have in common whose files ``paths``, in this order, come to the same.

    That is all they say but for their frames.  A digest, as there are credentials in it.
    """
    common = replace(request, stacktraces=[])
    return hashlib.blake2b(_ENCODER.encode((scope, common, list(paths))), digest_size=32).digest()


_ENCODER = msgspec.json.Encoder()
