"""Effective tokens, which alone count in a lookup: those that differ from the token before them.

Tokens that repeat the one before count as absent, even if that one is on an earlier line.  So the start of a line may
be unmapped although it has a token: Symbolicator answers so.  As a repeated token says the same, all that is to be
found out is where on a line the first token is that counts; and that is nearly always its very first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.sourcemap.decoded_map import NONE
from core.sourcemap.functions import Functions
from core.sourcemap.json_strings import MemoisedStrings
from core.sourcemap.mappings_reader import MappingsReader, Token
from core.sourcemap.position import OriginalPosition


@dataclass(frozen=True, slots=True)
class EffectiveTokens:
    """Tells effective tokens."""

    reader: MappingsReader
    names: MemoisedStrings
    functions: Functions
    _first_columns: dict[int, int | None] = field(default_factory=dict)

    def cover(self, token: Token) -> bool:
        """Say whether a token that counts is on the line of ``token``, at or before it."""
        if token.says_new:
            return True
        line: int = token.line
        if line not in self._first_columns:
            self._first_columns[line] = self._first_column(line)
        column = self._first_columns[line]
        return column is not None and column <= token.column

    def _first_column(self, line: int) -> int | None:
        """Return the column of the first token of a line that counts."""
        token: Token | None = self.reader.first_token(line, 0)
        while token is not None and token.line == line:
            if self._counts(token):
                return int(token.column)
            token = self._next_candidate(token)
        return None

    def _counts(self, token: Token) -> bool:
        before = self.reader.token(token.number - 1) if token.number else None
        return before is None or self._meaning(token) != self._meaning(before)

    def _meaning(self, token: Token) -> tuple[object, ...]:
        name = None if token.name == NONE else self.names[token.name]
        return token.source, token.original_line, token.original_column, name, self.functions.function(token)

    def _next_candidate(self, token: Token) -> Token | None:
        """Return the next token after ``token`` that may count: if not even its function may differ, it doesn't."""
        change: Token | None = self.reader.next_change(token.number + 1)
        other = self.functions.next_change(token)
        return min((each for each in (change, other) if each), key=lambda each: each.number, default=None)


@dataclass(frozen=True, slots=True)
class PositionLookup:
    """Search for the original position of a place, by effective tokens only."""

    reader: MappingsReader
    files: MemoisedStrings
    names: MemoisedStrings
    functions: Functions
    effective: EffectiveTokens

    def position(self, line: int, column: int) -> OriginalPosition | None:
        """Return where a place in the generated code comes from; None if there is no token, or it has no source."""
        token = self.reader.last_token(line, column)
        if token is None or token.line != line or token.source == NONE or not self.effective.cover(token):
            return None
        source, name = token.source, token.name
        return OriginalPosition(
            source,
            self.files[source],
            token.original_line,
            token.original_column,
            None if name == NONE else self.names[name],
            self.functions.function(token),
        )
