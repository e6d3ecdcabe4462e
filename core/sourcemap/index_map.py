"""Index maps: maps made of other maps, each with the place where its generated code starts."""

from __future__ import annotations

from array import array

from core.errors import MalformedSourceMap
from core.sourcemap.contents import Contents, no_contents
from core.sourcemap.decoded_map import DecodedMap, decode_plain_map
from core.sourcemap.map_document import IndexMap, PlainMap, Section
from core.sourcemap.numbering import numbers_of
from core.sourcemap.token_arrays import renumber, shift
from core.sourcemap.tokens import Tokens, ordered
from core.text.buffers import Content


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
    """Puts the maps of sections together.  Takes their tokens over, so these are of no use afterwards."""

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
        sources = numbers_of(part.sources, self._sources)
        renumber(tokens.sources, sources)
        renumber(tokens.names, numbers_of(part.names, self._names))
        shift(tokens.lines, tokens.columns, line, column)
        for merged, own in zip(self._arrays, tokens.arrays(), strict=True):
            merged.extend(own)
        self._ranges += tokens.ranges or bytes(len(tokens))
        self._add_contents(part.contents, sources)
        self._ignored.update(sources[source] for source in part.ignored if source < len(sources))

    def _add_contents(self, contents: Contents, sources: array[int]) -> None:
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

    def _contents(self) -> Contents:
        if not self._content_places:
            return no_contents()
        places = [self._content_places.get(source, (0, 0)) for source in range(len(self._sources))]
        starts, ends = (array("I", numbers) for numbers in zip(*places, strict=True))
        return Contents(self._text, starts, ends)
