"""Decoded source map: all its tokens in arrays, the sections of an index map merged."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import MalformedMappings, MalformedSourceMap
from core.sourcemap.json_strings import interned
from core.sourcemap.map_document import IndexMap, Mappings, PlainMap, Section, rooted_sources
from core.sourcemap.mappings_faults import FAULT_TEXTS
from core.sourcemap.source_contents import SourceContents, contents_of, no_contents
from core.sourcemap.token_arrays import gather, is_ordered, renumber, shift, sort_order
from core.sourcemap.vlq import DIGITS, count_tokens, decode_mappings, decode_ranges
from core.text.buffers import Content
from core.text.kernel_errors import fault_place

_STEPS_FROM_0, _STEPS_FROM_1, _BITS = 0, 1, -1  # encodings of ranges

_FIRST = array("I", [0])

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


@dataclass(frozen=True, slots=True)
class DecodedMap:
    """A source map, decoded.  ``ignored`` are the indexes of the sources that nobody wants to see."""

    sources: list[str]
    names: list[str]
    tokens: Tokens
    contents: SourceContents
    ignored: array[int]


def decode_map(document: PlainMap | IndexMap) -> DecodedMap:
    """Decode a source map of any kind.

    An index map becomes one map: its sources and names are merged by their texts, and its function maps are dropped.
    Sections may overlap; a later one wins where both have a token.  JSON can't nest maps deep enough to be a danger.
    Raises MalformedSourceMap, which names the section.
    """
    if isinstance(document, PlainMap):
        return decode_plain_map(document)
    parts = [(section, _decode_section(section)) for section in document.sections()]
    merged = _MergedMap()
    for section, part in sorted(parts, key=lambda placed: (placed[0].line, placed[0].column)):
        merged.add(part, section.line, section.column)
    return merged.finished()


def _decode_section(section: Section) -> DecodedMap:
    if section.map is None:
        raise MalformedSourceMap(f"{section.path}: the map of this section isn't there")
    try:
        return decode_map(section.map)
    except MalformedSourceMap as error:
        raise MalformedSourceMap(f"{section.path}: {error}") from error


class _MergedMap:
    """The maps of sections as one.  Takes their tokens over, so these are of no use afterwards."""

    def __init__(self) -> None:
        self._sources: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._arrays: tuple[array[int], ...] = tuple(array("I") for _ in range(6))
        self._ranges = bytearray()
        self._content_places: dict[int, tuple[int, int]] = {}
        self._text: Content = b""
        self._ignored: set[int] = set()

    def add(self, part: DecodedMap, line: int, column: int) -> None:
        """Add the map of a section that starts at ``line`` and ``column``."""
        tokens = part.tokens
        if (tokens.lines[:1], tokens.columns[:1]) != (_FIRST, _FIRST):
            self._end_range(line, column)
        sources = interned(part.sources, self._sources)
        renumber(tokens.sources, sources)
        renumber(tokens.names, interned(part.names, self._names))
        shift(tokens.lines, tokens.columns, line, column)
        for merged, own in zip(self._arrays, tokens.arrays(), strict=True):
            merged.extend(own)
        self._ranges += tokens.ranges or bytes(len(tokens))
        self._add_contents(part.contents, sources)
        self._ignored.update(sources[source] for source in part.ignored if source < len(sources))

    def _end_range(self, line: int, column: int) -> None:
        """Have a range that the section before ends with end where the next one starts."""
        if not self._ranges or not self._ranges[-1]:
            return
        for merged, number in zip(self._arrays, (line, column, NONE, NONE, NONE, NONE), strict=True):
            merged.append(number)
        self._ranges.append(0)

    def _add_contents(self, contents: SourceContents, sources: array[int]) -> None:
        # All sections are in the same text.
        self._text = contents.text or self._text
        for source, start, end in zip(sources, contents.starts, contents.ends, strict=False):
            if end:
                self._content_places[source] = start, end

    def finished(self) -> DecodedMap:
        """Return the merged map."""
        ranges = self._ranges if 1 in self._ranges else bytearray()
        return DecodedMap(
            sources=list(self._sources),
            names=list(self._names),
            tokens=ordered(Tokens.of(self._arrays, ranges)),
            contents=self._contents(),
            ignored=array("I", sorted(self._ignored)),
        )

    def _contents(self) -> SourceContents:
        if not self._content_places:
            return no_contents()
        places = [self._content_places.get(source, (0, 0)) for source in range(len(self._sources))]
        starts, ends = (array("I", numbers) for numbers in zip(*places, strict=True))
        return SourceContents(self._text, starts, ends)


def decode_plain_map(document: PlainMap) -> DecodedMap:
    """Decode a map with mappings of its own.

    Raises MalformedMappings.
    """
    return DecodedMap(
        sources=rooted_sources(document.root, document.sources.strings()),
        names=document.names.names(),
        tokens=decode_tokens(document.mappings, len(document.sources), len(document.names)),
        contents=contents_of(document),
        ignored=document.ignored,
    )


def decode_tokens(mappings: Mappings, source_count: int, name_count: int) -> Tokens:
    """Decode ``mappings``, whose tokens may refer to that many sources and names.

    Raises MalformedMappings at the first number or reference that makes no sense.

    Source: ECMA-426, "Mappings structure"; range mappings as in its proposal.
    """
    text, start, end = mappings.text, mappings.start, mappings.end
    count = count_tokens(text, start, end)
    arrays = tuple(_zeros(count) for _ in range(6))
    answer = decode_mappings(text, start, end, DIGITS, source_count, name_count, *arrays)
    if answer < 0:
        at, kind = fault_place(answer)
        raise MalformedMappings(at - start, FAULT_TEXTS[kind])
    return ordered(Tokens.of(arrays, decode_range_mappings(mappings, count)))


def decode_range_mappings(mappings: Mappings, count: int) -> bytearray:
    """Decode the ``rangeMappings`` of ``count`` tokens: 1 for each range token, and nothing if there are none.

    The field has had three encodings, and nothing says which: the first one counts that what is there can be meant in,
    the present draft's before older ones.  If there is none, no token is a range.

    Source: ECMA-426's proposal "range mappings" as of April 2026 (steps from 0) and October 2025 (from 1), and the
    crate sourcemap of 2024 (bits).
    """
    if not bytes(mappings.ranges).strip(b";"):
        return bytearray()
    for encoding in (_STEPS_FROM_0, _STEPS_FROM_1, _BITS):
        ranges = bytearray(count)
        if decode_ranges(mappings.text, mappings.start, mappings.end, mappings.ranges, DIGITS, encoding, ranges):
            return ranges
    return bytearray()


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
