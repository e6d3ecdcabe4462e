"""Source maps, read: they answer where a place in the generated code comes from."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

from core.sourcemap.contents import Contents
from core.sourcemap.decoded_map import DecodedMap
from core.sourcemap.function_maps import TokenFunctions
from core.sourcemap.index_map import decode_map
from core.sourcemap.json_document import read_json
from core.sourcemap.map_document import map_document
from core.sourcemap.position import FunctionName, NoName, OriginalPosition
from core.sourcemap.token_arrays import last_token, mark_changes
from core.sourcemap.tokens import NONE, Tokens
from core.sourcemap.xssi import json_start


@dataclass(frozen=True, slots=True)
class SourceMap:
    """A source map.  Any number of threads may ask it at once.

    ``sources`` are the names of the original files, ``sourceRoot`` included; empty where the map has null.
    ``changes`` is 1 for the tokens that say something else of the original code than the token before them.
    """

    sources: tuple[str, ...]
    names: tuple[str, ...] = field(repr=False)
    tokens: Tokens = field(repr=False)
    contents: Contents = field(repr=False)
    functions: TokenFunctions | None = field(repr=False)
    changes: bytearray = field(repr=False)

    def lookup(self, line: int, column: int) -> OriginalPosition | None:
        """Return where the generated code at ``line`` and ``column`` comes from, None if the map doesn't say.

        Both count from 0, columns in UTF-16 code units.
        """
        token = self._answering_token(line, column)
        if token is None:
            return None
        tokens = self.tokens
        source, name = tokens.sources[token], tokens.names[token]
        return OriginalPosition(
            source=source,
            file=self.sources[source],
            line=tokens.original_lines[token],
            column=tokens.original_columns[token],
            name=None if name == NONE else self.names[name],
            function=self._function(token),
        )

    def _answering_token(self, line: int, column: int) -> int | None:
        """Return the token that answers for the position: the last one before it on its line that changes something.

        Tokens that repeat the one before them count as absent, even if that one is on an earlier line.  So the start
        of a line may be unmapped although it has a token: Symbolicator answers so.
        """
        token = self.changes.rfind(1, 0, last_token(self.tokens.lines, self.tokens.columns, line, column) + 1)
        if token < 0 or self.tokens.lines[token] < line or self.tokens.sources[token] == NONE:
            return None
        return token

    def _function(self, token: int) -> FunctionName:
        name = None if self.functions is None else self.functions.name(token)
        return NoName.UNKNOWN if name is None else name

    def source_content(self, index: int) -> bytes | None:
        """Return the content of the source with this index as UTF-8, None if the map doesn't embed it."""
        return self.contents.content(index)

    @property
    def size_bytes(self) -> int:
        """How much memory the map holds, the text of its source contents included."""
        texts = (self.sources, *self.sources, self.names, *self.names)
        arrays = (*self.tokens.arrays(), self.tokens.ranges, self.changes)
        functions = 0 if self.functions is None else self.functions.size_bytes
        return sum(map(sys.getsizeof, texts)) + sum(map(sys.getsizeof, arrays)) + self.contents.size_bytes + functions


def read_source_map(text: bytes) -> SourceMap:
    """Read a source map of any kind: regular, index, or Metro's for Hermes.

    ``text`` is UTF-8; what isn't becomes U+FFFD.  Raises MalformedSourceMap, which says where and what is wrong, and
    MalformedMappings where that is in the mappings.

    Source: ECMA-426, and Symbolicator where the two differ.
    """
    return _source_map(decode_map(map_document(read_json(text, json_start(text)))))


def _source_map(decoded: DecodedMap) -> SourceMap:
    tokens, functions = decoded.tokens, decoded.functions
    changes = bytearray(len(tokens))
    mark_changes(
        tokens.sources,
        tokens.original_lines,
        tokens.original_columns,
        tokens.names,
        tokens.lines[:0] if functions is None else functions.indexes,
        changes,
    )
    return SourceMap(
        sources=tuple(decoded.sources),
        names=tuple(decoded.names),
        tokens=tokens,
        contents=decoded.contents,
        functions=functions,
        changes=changes,
    )
