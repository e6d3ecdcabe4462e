"""The tokens of a source map: what its mappings say, decoded."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import MalformedMappings, MalformedSourceMap
from core.sourcemap.map_document import Mappings
from core.sourcemap.mappings import DIGITS, FAULT_TEXTS, count_tokens, decode_mappings, decode_ranges
from core.sourcemap.token_arrays import gather, is_ordered, sort_order
from core.text.kernel_errors import fault_place

NONE = 2**32 - 1
"""Stands in a token's arrays for what the token doesn't have."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens, one entry each in every array, ordered by generated line, then column; equal ones as in the map.

    Unmapped tokens have NONE for everything original.  ``ranges`` is 1 for range tokens; it is empty if there are none.
    """

    lines: array[int]
    columns: array[int]
    sources: array[int]
    original_lines: array[int]
    original_columns: array[int]
    names: array[int]
    ranges: bytearray

    @classmethod
    def of(cls, arrays: Iterable[array[int]], ranges: bytearray) -> Tokens:
        """Return the tokens of six arrays, in the order of the fields."""
        lines, columns, sources, original_lines, original_columns, names = arrays
        return cls(lines, columns, sources, original_lines, original_columns, names, ranges)

    def __len__(self) -> int:
        return len(self.lines)

    def arrays(self) -> tuple[array[int], ...]:
        """Return the arrays of numbers, in the order of the fields."""
        return (self.lines, self.columns, self.sources, self.original_lines, self.original_columns, self.names)


def decode_tokens(mappings: Mappings, source_count: int, name_count: int) -> Tokens:
    """Decode ``mappings``, whose tokens may refer to that many sources and names.

    Raises MalformedMappings at the first number or reference that makes no sense; MalformedSourceMap for those in the
    range mappings.

    Source: ECMA-426, "Mappings structure"; range mappings as in its proposal.
    """
    text, start, end = mappings.text, mappings.start, mappings.end
    count = count_tokens(text, start, end)
    arrays = tuple(_zeros(count) for _ in range(6))
    answer = decode_mappings(text, start, end, DIGITS, source_count, name_count, *arrays)
    if answer < 0:
        at, kind = fault_place(answer)
        raise MalformedMappings(at - start, FAULT_TEXTS[kind])
    return ordered(Tokens.of(arrays, _decode_ranges(mappings, count)))


def _decode_ranges(mappings: Mappings, count: int) -> bytearray:
    if not mappings.ranges:
        return bytearray()
    ranges = bytearray(count)
    answer = decode_ranges(mappings.text, mappings.start, mappings.end, mappings.ranges, DIGITS, ranges)
    if answer < 0:
        at, kind = fault_place(answer)
        raise MalformedSourceMap(f"rangeMappings, byte {at}: {FAULT_TEXTS[kind]}")
    return ranges


def ordered(tokens: Tokens) -> Tokens:
    """Return the same tokens in order.  Nearly all maps have them so."""
    if is_ordered(tokens.lines, tokens.columns):
        return tokens
    order, entries, spare = _zeros(len(tokens)), *(array("Q", [0]) * len(tokens) for _ in range(2))
    sort_order(tokens.lines, tokens.columns, order, entries, spare, _zeros(256))
    del entries, spare
    ranges = bytearray(map(tokens.ranges.__getitem__, order)) if tokens.ranges else bytearray()
    return Tokens.of((_gathered(values, order) for values in tokens.arrays()), ranges)


def _gathered(values: array[int], order: array[int]) -> array[int]:
    result = _zeros(len(values))
    gather(values, order, result)
    return result


def _zeros(count: int) -> array[int]:
    return array("I", [0]) * count
