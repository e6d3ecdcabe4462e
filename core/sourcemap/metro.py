"""Function maps of Metro's source maps, for Hermes: where in a source which function is."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from core.errors import MalformedSourceMap
from core.sourcemap.decoded_map import NONE
from core.sourcemap.json_strings import JsonStrings, interned, json_strings_of
from core.sourcemap.map_document import MAX_FUNCTION_NAMES, FunctionMapText
from core.sourcemap.mappings_reader import MappingsReader, Token
from core.sourcemap.position import FunctionName, NoName
from core.sourcemap.token_arrays import covering_entry, renumber
from core.sourcemap.vlq import DIGITS, count_tokens, decode_function_map
from core.text.buffers import Numbers, numbers_buffer


@dataclass(frozen=True, slots=True)
class FunctionMaps:
    """The function maps of the sources: those of source ``s`` are the entries ``starts[s]`` up to ``starts[s + 1]``.

    An entry has a line, from 1, and a column in the source, and a name: its index in ``texts``, or NONE.
    """

    starts: Numbers
    lines: Numbers
    columns: Numbers
    names: Numbers
    texts: JsonStrings

    def function(self, source: int, line: int, column: int) -> str | None:
        """Return the name of the function at a place in a source, which counts from 0; None if it's unknown."""
        if source + 1 >= len(self.starts):
            return None
        start, end = self.starts[source], self.starts[source + 1]
        entry = covering_entry(self.lines, self.columns, start, end, (line + 1) % 2**32, column)
        name = NONE if entry < 0 else self.names[entry]
        return None if name == NONE else self.texts.string(name)


@dataclass(frozen=True, slots=True)
class MetroFunctions:
    """Functions around places, as the function maps of a Metro map say.  ``ranges`` is 1 for range tokens, or empty."""

    reader: MappingsReader
    maps: FunctionMaps
    ranges: bytes | bytearray | memoryview

    def function(self, token: Token, line: int, column: int) -> FunctionName:
        """Return what the function map of the token's source says."""
        if self.ranges and self.ranges[token.number]:
            counted = token.counted_line(line), token.counted_column(line, column)
            return self._named(self.maps.function(token.source, *counted))
        # Of several tokens at one place, the first decides.
        first: Token | None = self.reader.first_token(token.line, token.column)
        if first is None:  # a damaged index leads back to where there is none
            return NoName.UNKNOWN
        return self._named(self.maps.function(first.source, first.original_line, first.original_column))

    def _named(self, name: str | None) -> FunctionName:
        return NoName.UNKNOWN if name is None else name


def read_function_maps(maps: Sequence[FunctionMapText | None]) -> FunctionMaps:
    """Read the function maps of a map's sources.  One whose mappings can't be decoded counts as missing.

    Raises MalformedSourceMap if they have too many names.
    """
    texts = [b"" if each is None else each.mappings.utf8() for each in maps]
    room = sum(count_tokens(text, 0, len(text)) for text in texts)
    starts, (lines, columns, names) = array("I", [0]), (numbers_buffer(room) for _ in range(3))
    numbers: dict[str, int] = {}
    for text, each in zip(texts, maps, strict=True):
        first = starts[-1]
        count = max(decode_function_map(text, DIGITS, first, lines, columns, names), 0)
        if each is not None and count:
            renumber(names[first : first + count], interned(orjson.loads(each.names.literal()), numbers))
            if len(numbers) > MAX_FUNCTION_NAMES:
                raise MalformedSourceMap(f"{each.names.path}: more than {MAX_FUNCTION_NAMES} names of functions")
        starts.append(first + count)
    used = starts[-1]
    return FunctionMaps(starts, lines[:used], columns[:used], names[:used], json_strings_of(list(numbers)))
