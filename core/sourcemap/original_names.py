"""The original names of the functions in a generated file: what their scopes are called, resolved through the map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.javascript.scope_names import Piece
from core.sourcemap.position import FunctionName, NoName
from core.sourcemap.text_positions import TextPositions
from core.sourcemap.token_reader import Token, TokenReader
from core.sourcemap.tokens import NONE


@dataclass(frozen=True, slots=True)
class OriginalNames:
    """Resolves names.  ``name`` returns a name of the map by its index; ``ranges`` is 1 for range tokens, or empty."""

    reader: TokenReader
    positions: TextPositions
    name: Callable[[int], str]
    ranges: bytes | bytearray | memoryview

    def function(self, pieces: Sequence[Piece], end: int) -> FunctionName:
        """Return the original name of the scope that ends before the byte ``end`` and is called ``pieces``."""
        generated = "".join(piece.text for piece in pieces)
        original = "".join(map(self._resolved, pieces))
        # Dart and Flutter name functions at their closing braces.  That counts for those with no name elsewhere.
        closing = self._closing_name(end) if original == generated else None
        if closing is not None:
            return closing
        return original or NoName.ANONYMOUS

    def _resolved(self, piece: Piece) -> str:
        position = None if piece.offset is None else self.positions.position(piece.offset)
        name = None if position is None else self._original_name(*position)
        return piece.text if name is None else name

    def _original_name(self, line: int, column: int) -> str | None:
        """Return what the map calls the identifier at a place, None if it doesn't say."""
        token = self._find(line, column)
        if token is None or token.line != line or token.column < column - 1:
            return None
        if token.name == NONE and token.column > 0:
            # Some compilers put the name on the token before, at the same original place.
            before = self._find(line, token.column - 1)
            if before is None or not self._is_same_place(before, token, column):
                return None
            token = before
        return None if token.name == NONE else self.name(token.name)

    def _is_same_place(self, before: Token, token: Token, column: int) -> bool:
        return (
            before.source == token.source
            and before.original_line == token.original_line
            and self._original_column(before, token.column - 1) == self._original_column(token, column)
        )

    def _original_column(self, token: Token, column: int) -> int:
        """Return the original column of the generated ``column``: only a range token covers more than its start."""
        original = int(token.original_column)
        if not self.ranges or not self.ranges[token.number]:
            return original
        return int(min(original + (column - token.column) % 2**32, 2**32 - 1))

    def _closing_name(self, end: int) -> str | None:
        """Return the name that the map gives to the last character of a scope; None if to more than that, or none."""
        last, following = self.positions.position(end - 1), self.positions.position(end)
        token = None if last is None else self._find(*last)
        if token is None or (token.line, token.column) != last or token.name == NONE:
            return None
        if following is not None and self._fields(self._find(*following)) == self._fields(token):
            return None
        return self.name(token.name)

    def _fields(self, token: Token | None) -> tuple[int, ...]:
        if token is None:
            return ()
        is_range = self.ranges[token.number] if self.ranges else 0
        original = token.source, token.original_line, token.original_column
        return (token.line, token.column, *original, token.name, is_range)

    def _find(self, line: int, column: int) -> Token | None:
        """Return the first token at a place, or if there is none the last one before it, on whatever line."""
        token: Token | None = self.reader.last_token(line, column)
        if token is None or token.column != column or token.line != line:
            return token
        first: Token | None = self.reader.first_token(line, column)
        return first
