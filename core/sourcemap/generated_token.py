"""What the mappings of a source map have at a line of the generated code, for those who explain an answer."""

from __future__ import annotations

from dataclasses import dataclass

from core.sourcemap.source_map import SourceMap
from core.sourcemap.token_reader import Token

_LAST = 2**32 - 1


@dataclass(frozen=True, slots=True)
class MappedLines:
    """How far the mappings of a map reach: so many tokens, the last one on the line ``last_line`` (from 0)."""

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
    return MappedLines(source_map.index.mappings.token_count, -1 if token is None else int(token.line))


def has_names(source_map: SourceMap) -> bool:
    """Return whether the map names anything at all."""
    return len(source_map.index.names) > 0


def is_of_metro(source_map: SourceMap) -> bool:
    """Return whether the map is one of Metro's, which names functions itself: columns may be offsets in bytecode."""
    return source_map.index.functions is not None


def _last_token(source_map: SourceMap, line: int, column: int) -> Token | None:
    token: Token | None = source_map.index.mappings.reader().last_token(line, column)
    return token
