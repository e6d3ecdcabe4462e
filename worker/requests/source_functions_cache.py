"""Cache of the functions of original sources, for names of functions as they are written there.

A source is known by its content: another build has most of its sources in common with the one before.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from weakref import WeakKeyDictionary

import msgspec

from core.frames.mapped_frame import Located, in_function
from core.offline.original_frames import scopes_outwards
from core.source_names.source_functions import SourceFunctions, read_functions
from core.sourcemap.source_map import SourceMap
from worker.caches.memory import Generations

MAX_BYTES = 48 << 20
"""Memory that the cached sources may take, their texts included."""

_SMALL = 1000  # bytes that a source takes beside its text and its scopes, about
_LONGEST_ENDING = 16  # characters of the ending of a source's name


class ReadSource(msgspec.Struct, frozen=True):
    """A source that was read; ``functions`` is None if there is none, or in a language that can't be read."""

    functions: SourceFunctions | None


class SourceFunctionsCache:
    """The functions of the sources that maps embed."""

    def __init__(self) -> None:
        self._sources: Generations[bytes, ReadSource] = Generations(MAX_BYTES, _size)
        self._keys: WeakKeyDictionary[SourceMap, dict[int, bytes]] = WeakKeyDictionary()

    def known(self, located: Located) -> ReadSource | None:
        """Return the source of a frame, if it was read before."""
        source, source_map = located.position.source, located.map.result
        if source is None or not isinstance(source_map, SourceMap):
            return ReadSource(None)
        key = self._keys.get(source_map, {}).get(source)
        return None if key is None else self._sources.get(key)

    def read(self, located: Located) -> ReadSource:
        """Return the source of a frame, read now or earlier; that may take a while."""
        known = self.known(located)
        source, source_map = located.position.source, located.map.result
        if known is not None or source is None or not isinstance(source_map, SourceMap):
            return known or ReadSource(None)
        content, file = source_map.source_content(source), located.position.file or ""
        ending = PurePosixPath(file.partition("?")[0]).suffix[-_LONGEST_ENDING:]
        key = hashlib.blake2b(content or b"", key=ending.encode("utf-8", "replace")[:_LONGEST_ENDING]).digest()
        self._keys.setdefault(source_map, {})[source] = key
        known = self._sources.get(key)
        if known is None:
            known = ReadSource(None if content is None else read_functions(content, file))
            self._sources.keep(key, known)
        return known


def with_written_name(located: Located, read: ReadSource, *, is_inlined: bool) -> Located:
    """Return a frame in the function that its source has around it, if that has a name."""
    if read.functions is None:
        return located
    frame, position, source_map = located.frame, located.position, located.map.result
    outwards = 0
    if not is_inlined and isinstance(source_map, SourceMap):
        outwards = scopes_outwards(source_map, frame.lineno - 1, max(frame.colno or 0, 1) - 1)
    name = None if outwards < 0 else read.functions.name_at(position.line, position.column, outwards)
    return in_function(located, name) if isinstance(name, str) else located


def _size(source: ReadSource) -> int:
    functions = source.functions
    return _SMALL if functions is None else _SMALL + len(functions.text) + 8 * len(functions.records)
