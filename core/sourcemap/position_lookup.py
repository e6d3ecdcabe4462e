"""Original position of a place in the generated code: that of the token that covers it.

A token covers its line up to the next one.  A range token covers all up to the next one, over line ends, and counts
along.

Source: ECMA-426, and its proposal "range mappings".
"""

from __future__ import annotations

from dataclasses import dataclass

from core.javascript.original_names import counted_on
from core.sourcemap.decoded_map import NONE
from core.sourcemap.functions import Functions
from core.sourcemap.json_strings import MemoisedStrings
from core.sourcemap.mappings_reader import MappingsReader, Token
from core.sourcemap.position import OriginalPosition


@dataclass(frozen=True, slots=True)
class PositionLookup:
    """Search for the original position of a place.  ``ranges`` is 1 for range tokens, or empty."""

    reader: MappingsReader
    files: MemoisedStrings
    names: MemoisedStrings
    functions: Functions
    ranges: bytes | bytearray | memoryview

    def position(self, line: int, column: int) -> OriginalPosition | None:
        """Return where a place in the generated code comes from; None if no token covers it, or it has no source."""
        token = self.reader.last_token(line, column)
        if token is None or token.source == NONE:
            return None
        if self.ranges and self.ranges[token.number]:
            original = (token.original_line, token.original_column)
            return self._position(
                token, *counted_on((token.line, token.column), original, (line, column)), line, column
            )
        if token.line != line:
            return None
        return self._position(token, token.original_line, token.original_column, line, token.column)

    def _position(
        self, token: Token, original_line: int, original_column: int, line: int, column: int
    ) -> OriginalPosition:
        """Return the position that ``token`` says, in the function around the generated place."""
        name = token.name
        return OriginalPosition(
            token.source,
            self.files[token.source],
            original_line,
            original_column,
            None if name == NONE else self.names[name],
            self.functions.function(token, line, column),
        )
