"""Decoded tables of what a map says of inlined calls and original scopes, in the memory that kernels work on."""

from __future__ import annotations

from dataclasses import dataclass

from core.sourcemap.call_fields import DartCall, DartEntry, Row
from core.sourcemap.call_tables import DartDecoder, ScopesDecoder, count_starts
from core.text.buffers import Numbers, numbers_buffer


@dataclass(frozen=True, slots=True)
class ScopeTables:
    """Decoded ``scopes``: rows of ``core.sourcemap.call_fields``.  ``has_frames``: some scope is a function."""

    scopes: Numbers
    ranges: Numbers
    has_frames: bool

    @property
    def size_bytes(self) -> int:
        """Memory that the tables take."""
        return 4 * (len(self.scopes) + len(self.ranges))


@dataclass(frozen=True, slots=True)
class DartCalls:
    """Decoded ``frames`` of dart2js: rows of ``core.sourcemap.call_fields``; none if they make no sense."""

    entries: Numbers
    calls: Numbers

    @property
    def size_bytes(self) -> int:
        """Memory that the tables take."""
        return 4 * (len(self.entries) + len(self.calls))


def decode_scopes(text: bytes | memoryview, source_count: int, name_count: int) -> ScopeTables | None:
    """Decode ``scopes`` that may refer to so many sources and names; None if they make no sense."""
    room = count_starts(text)
    scopes, ranges = numbers_buffer(room * Row.SCOPE_SIZE), numbers_buffer(room * Row.RANGE_SIZE)
    decoder = ScopesDecoder(text, source_count, name_count, scopes, ranges)
    if not decoder.decode():
        return None
    used = decoder.scope_count * Row.SCOPE_SIZE, decoder.range_count * Row.RANGE_SIZE
    return ScopeTables(scopes[: used[0]], ranges[: used[1]], decoder.has_frames)


def decode_dart_calls(text: bytes | memoryview, source_count: int, name_count: int) -> DartCalls:
    """Decode the inlined calls of dart2js, which may refer to so many sources and names."""
    entries = numbers_buffer(len(text) // 2 * DartEntry.ENTRY_SIZE)
    calls = numbers_buffer(len(text) // 5 * DartCall.CALL_SIZE)
    decoder = DartDecoder(text, source_count, name_count, entries, calls)
    if not decoder.decode():
        return no_dart_calls()
    used = decoder.entry_count * DartEntry.ENTRY_SIZE, decoder.call_count * DartCall.CALL_SIZE
    return DartCalls(entries[: used[0]], calls[: used[1]])


def no_dart_calls() -> DartCalls:
    """Return the tables of a map of dart2js that tells of no inlined calls."""
    return DartCalls(numbers_buffer(0), numbers_buffer(0))
