"""Source maps, open for lookups: where a place in the generated code comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from core.sourcemap.functions import GeneratedCode, functions_of, survey_code
from core.sourcemap.inlined_calls import CallLookup, OriginalCalls, ScopedName
from core.sourcemap.json_document import json_start, read_json
from core.sourcemap.json_strings import MemoisedStrings
from core.sourcemap.map_document import map_document
from core.sourcemap.mappings_reader import Token
from core.sourcemap.position import OriginalPosition
from core.sourcemap.position_lookup import PositionLookup
from core.sourcemap.prepared_map import PreparedMap, prepare_map
from core.sourcemap.source_contents import SourceLines, SurveyedContents
from core.text.buffers import Content, release_if_large

_REMEMBERED_POSITIONS = 4096
_REMEMBERED_CONTEXTS = 2048
"""Answers that a map remembers: errors come from the same places again and again.

A position takes some 300 bytes beside the names, a context 0.5 KB, or 2 KB if all of its lines are long.
"""
_LAST = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Parts:
    """A prepared source map and the surveyed code of its generated file; ``code`` is None if that isn't known."""

    index: PreparedMap
    code: GeneratedCode | None


class SourceMap:
    """A source map, and the generated file it belongs to if that is at hand.

    ``load`` returns its parts when the first question is asked.  Where a text isn't UTF-8, the parts refer to a copy
    with U+FFFD for what isn't.  Answers are memoised.  Any number of threads may ask at once.
    """

    def __init__(self, load: Callable[[], Parts], minified: Content | None, *, is_utf8: bool = True) -> None:
        self._load = load
        self.minified = minified
        self.is_utf8 = is_utf8

    @cached_property
    def parts(self) -> Parts:
        """The prepared map and the surveyed code."""
        return self._load()

    @property
    def index(self) -> PreparedMap:
        """The prepared map alone."""
        return self.parts.index

    def lookup(self, line: int, column: int) -> OriginalPosition | None:
        """Return where the generated code at ``line`` and ``column`` comes from, None if the map doesn't say.

        Both count from 0, columns in UTF-16 code units.
        """
        return self._position(line, column)

    def calls(self, line: int, column: int) -> OriginalCalls | None:
        """Return the original frames of the generated code at a place, inlined ones included.

        None if ``lookup`` says all there is: most maps tell nothing of inlining, nor of the names of functions.
        """
        return None if self._calls is None else self._calls.calls(line, column)

    def scoped_names(self, line: int, column: int) -> list[tuple[OriginalPosition, ScopedName]] | None:
        """Return the frames of a place, functions as ``scopes`` have them, believed or not; None without scopes."""
        return None if self._calls is None else self._calls.scoped_names(line, column)

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the original files, ``sourceRoot`` included; empty where the map has null."""
        return tuple(map(self.index.source, range(len(self.index.sources))))

    @property
    def debug_id(self) -> str | None:
        """The id that ties the map to its generated file, as it is spelt in the map."""
        return self.index.debug_id

    def file(self, source: int) -> str:
        """Return the name of the source with this index."""
        return self._files[source]

    def is_ignored(self, source: int) -> bool:
        """Say whether the map says that nobody wants to see the source with this index: it's a library's, say."""
        return source in self.index.ignored

    def source_content(self, source: int) -> bytes | None:
        """Return the content of the source with this index as UTF-8, None if the map doesn't embed it."""
        return self.index.contents.content(source)

    def has_content(self, source: int) -> bool:
        """Return whether the map embeds the source with this index."""
        return self.index.contents.bounds(source) is not None

    def source_lines(self, source: int, line: int, around: int) -> SourceLines | None:
        """Return the line ``line`` of a source, from 0, and up to ``around`` lines before and after it.

        None if the map doesn't embed the source, or it has no such line.
        """
        content = self._contents.content(source)
        return None if content is None else content.lines(line, around)

    def source_context(self, source: int, line: int, column: int) -> bytes | None:
        """Return what a frame shows of a source around a place that ``lookup`` has found there, as members of JSON.

        None if the map doesn't embed the source, or it has no such line.  ``core.text.source_context`` cuts long lines.
        """
        return self._context(source, line, column)

    @property
    def size_bytes(self) -> int:
        """Memory that the map holds, the texts included."""
        code = self.parts.code
        return self.index.size_bytes + (0 if code is None else code.size_bytes)

    # Nothing that follows refers back to this map: one that nobody needs any longer is freed at once.

    @cached_property
    def _files(self) -> MemoisedStrings:
        return MemoisedStrings(self.index.source)

    @cached_property
    def _position(self) -> Callable[[int, int], OriginalPosition | None]:
        return lru_cache(_REMEMBERED_POSITIONS)(_position_lookup(self.parts, self._files).position)

    @cached_property
    def _calls(self) -> CallLookup | None:
        index, code = self.parts.index, self.parts.code
        if index.scopes is None and index.dart is None:
            return None
        return CallLookup(
            index.scopes, index.dart, code, self._files, MemoisedStrings(index.names.name), self._position
        )

    @cached_property
    def _contents(self) -> SurveyedContents:
        return SurveyedContents(self.index.contents)

    @cached_property
    def _context(self) -> Callable[[int, int, int], bytes | None]:
        return lru_cache(_REMEMBERED_CONTEXTS)(self._contents.context)


def _position_lookup(parts: Parts, files: MemoisedStrings) -> PositionLookup:
    index, code = parts.index, parts.code
    reader, names = index.mappings.reader(), MemoisedStrings(index.names.name)
    functions = functions_of(index, code, reader, names)
    return PositionLookup(reader, files, names, functions, index.mappings.ranges, index.dart is not None)


def read_source_map(text: Content, minified: Content | None = None) -> SourceMap:
    """Read a source map of any kind: regular, index, or Metro's for Hermes.

    ``minified`` is the generated file, which names the functions; without it they are unknown.  Both are UTF-8; what
    isn't becomes U+FFFD.  Raises MalformedSourceMap, which says where and what is wrong, and MalformedMappings where
    that is in the mappings.

    Source: ECMA-426, and Symbolicator where the two differ.
    """
    index, is_utf8 = _read_index(text)
    # What a Metro map says of functions counts, whatever the code is.
    code = survey_code(minified) if minified is not None and index.functions is None else None
    return _opened(index, code, minified, is_utf8=is_utf8)


def _read_index(text: Content) -> tuple[PreparedMap, bool]:
    """Return what is known of a map alone, and whether its text is UTF-8."""
    json = read_json(text, json_start(text))
    index = prepare_map(map_document(json), json.document.text)
    release_if_large(text)
    return index, json.document.text is text


def _opened(index: PreparedMap, code: GeneratedCode | None, minified: Content | None, *, is_utf8: bool) -> SourceMap:
    is_utf8 = is_utf8 and (code is None or code.is_utf8)
    return SourceMap(lambda: Parts(index, code), minified, is_utf8=is_utf8)


@dataclass(frozen=True, slots=True)
class MappedLines:
    """Reach of the mappings of a map: number of tokens, and the line of the last one (from 0)."""

    token_count: int
    last_line: int


def covering_column(source_map: SourceMap, line: int, column: int) -> int | None:
    """Return the column of the last token at or before a place, None if there is none on its line.  All from 0."""
    token = _last_token(source_map, line, column)
    return int(token.column) if token is not None and token.line == line else None


def last_column(source_map: SourceMap, line: int) -> int | None:
    """Return the column of the last token on a line, None if it has none.  Both from 0."""
    return covering_column(source_map, line, _LAST)


def mapped_lines(source_map: SourceMap) -> MappedLines:
    """Return how far the mappings reach."""
    token = _last_token(source_map, _LAST, _LAST)
    return MappedLines(source_map.parts.index.mappings.token_count, -1 if token is None else int(token.line))


def has_names(source_map: SourceMap) -> bool:
    """Return whether the map names anything at all."""
    return len(source_map.parts.index.names) > 0


def is_of_metro(source_map: SourceMap) -> bool:
    """Return whether the map is one of Metro's, which names functions itself: columns may be offsets in bytecode."""
    return source_map.parts.index.functions is not None


def _last_token(source_map: SourceMap, line: int, column: int) -> Token | None:
    token: Token | None = source_map.parts.index.mappings.reader().last_token(line, column)
    return token
