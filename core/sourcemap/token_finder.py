"""The tokens that name what is at a place in the generated code."""

from __future__ import annotations

from dataclasses import dataclass

from core.javascript.original_names import FoundToken
from core.sourcemap.remembered import RememberedTexts
from core.sourcemap.token_reader import Token, TokenReader
from core.sourcemap.tokens import NONE


@dataclass(frozen=True, slots=True)
class TokenFinder:
    """Finds tokens.  ``ranges`` is 1 for range tokens, or empty."""

    reader: TokenReader
    names: RememberedTexts
    ranges: bytes | bytearray | memoryview

    def find(self, line: int, column: int) -> FoundToken | None:
        """Return the first token at a place, or if there is none the last one before it, on whatever line."""
        token: Token | None = self.reader.last_token(line, column)
        if token is None:
            return None
        if token.column == column and token.line == line:
            token = self.reader.first_token(line, column)
        return FoundToken(
            line=token.line,
            column=token.column,
            source=token.source,
            original_line=token.original_line,
            original_column=token.original_column,
            name=None if token.name == NONE else self.names[token.name],
            is_range=bool(self.ranges and self.ranges[token.number]),
        )
