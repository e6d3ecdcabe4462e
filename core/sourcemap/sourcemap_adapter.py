"""Adapter to the package ``sourcemap``: our decoder as a class of its own, for those who use its index of tokens."""

from __future__ import annotations

import orjson
from sourcemap.decoder import SourceMapDecoder
from sourcemap.exceptions import SourceMapDecodeError
from sourcemap.objects import SourceMapIndex, Token

from core.errors import MalformedSourceMap
from core.sourcemap.decoded_map import NONE, DecodedMap, decode_map
from core.sourcemap.json_document import json_start, read_json
from core.sourcemap.map_document import map_document


class UnmangleDecoder(SourceMapDecoder):  # type: ignore[misc]  # the package has no types
    """Decodes as we do, into the package's objects: ``sourcemap.loads(text, cls=UnmangleDecoder)``."""

    def decode(self, source: str) -> SourceMapIndex:
        """Return the index of the source map ``source``.

        Its tokens are all those of the map, in order.  An unmapped one has no ``src``, and the ``src_line`` and
        ``src_col`` of the mapped one before it, as the package has it.  An index map is made one map.
        Raises SourceMapDecodeError if the map is malformed.
        """
        text = source.encode("utf-8", "replace")
        try:
            decoded = decode_map(map_document(read_json(text, json_start(text))))
        except MalformedSourceMap as error:
            raise SourceMapDecodeError(str(error)) from error
        tokens = _tokens(decoded)
        return SourceMapIndex(
            orjson.loads(memoryview(text)[json_start(text) :]),
            tokens,
            _line_index(tokens),
            {(token.dst_line, token.dst_col): token for token in tokens},
            decoded.sources,
        )


def _tokens(decoded: DecodedMap) -> list[Token]:
    tokens: list[Token] = []
    line = column = 0
    for dst_line, dst_column, source, src_line, src_column, name in zip(*decoded.tokens.arrays(), strict=True):
        if source != NONE:
            line, column = src_line, src_column
        tokens.append(
            Token(
                dst_line,
                dst_column,
                None if source == NONE else decoded.sources[source],
                line,
                column,
                None if name == NONE else decoded.names[name],
            )
        )
    return tokens


class _Columns(dict[int, list[int]]):
    """The columns of the tokens on each line.

    The package has a list of lines here.  This answers alike, and takes no memory for the lines that an index
    map skips.
    """

    def __missing__(self, line: int) -> list[int]:
        raise IndexError(line)


def _line_index(tokens: list[Token]) -> _Columns:
    columns = _Columns()
    for token in tokens:
        columns.setdefault(token.dst_line, []).append(token.dst_col)
    return columns
