"""Rules of original names in plain Python, for ``test_by_the_letter``; ``scoped_functions`` is the kernel.

Source: Symbolicator, whose names look the map up in a way of their own: see ``Find``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from core.javascript.token_texts import Piece

_LAST = 2**32 - 1


class FoundToken(msgspec.Struct, frozen=True, gc=False):
    """A token of a source map, numbers as in the map (2^32 - 1 for what it doesn't have); ``name`` may be empty."""

    line: int
    column: int
    source: int
    original_line: int
    original_column: int
    name: str | None = None
    is_range: bool = False


LineColumn = tuple[int, int]
"""A line and a column of the generated code, counted from 0."""

Find = Callable[[int, int], FoundToken | None]
"""Return the token at a line and column: the first of those exactly there, or else the last one before, on any line."""

PlaceAt = Callable[[int], LineColumn | None]
"""Return where a byte offset is, None at or beyond the end of the text."""


def original_scope_name(pieces: Sequence[Piece], end: int, place_at: PlaceAt, find: Find) -> str | None:
    """Return the original name of a scope that ends at the offset ``end``; None if it's anonymous.

    ``pieces`` are its name in the generated code.  The name may be empty.
    """
    generated = "".join(piece.text for piece in pieces) or None
    original = "".join(_original_text(piece, place_at, find) for piece in pieces) or None
    if original == generated:
        closing = _closing_name(end, place_at, find)
        return original if closing is None else closing
    return original


def _original_text(piece: Piece, place_at: PlaceAt, find: Find) -> str:
    place = None if piece.offset is None else place_at(piece.offset)
    name = _name_at(*place, find) if place else None
    return piece.text if name is None else name


def _name_at(line: int, column: int, find: Find) -> str | None:
    """Return the name that the map gives to the identifier at a place."""
    token = find(line, column)
    # Some generators map the column before an identifier, others the identifier.
    if token is None or token.line != line or token.column < column - 1:
        return None
    if token.name is not None or token.column == 0:
        return token.name
    return _name_before(token, _original_place(token, line, column), find)


def _name_before(token: FoundToken, original: LineColumn, find: Find) -> str | None:
    """Return the name of the token before ``token`` if both are for the same original place."""
    before = find(token.line, token.column - 1)
    if before is None or before.source != token.source:
        return None
    return before.name if _original_place(before, token.line, token.column - 1) == original else None


def _original_place(token: FoundToken, line: int, column: int) -> LineColumn:
    """Return the original line and column for a generated place: range tokens count along, others don't."""
    original = (token.original_line, token.original_column)
    return counted_on((token.line, token.column), original, (line, column)) if token.is_range else original


def _closing_name(end: int, place_at: PlaceAt, find: Find) -> str | None:
    """Return the name on the token of a scope's last character, unless that token goes on behind the scope."""
    last = place_at(end - 1)
    token = find(*last) if last else None
    if token is None or (token.line, token.column) != last:
        return None
    behind = place_at(end)
    return None if behind and find(*behind) == token else token.name


def counted_on(start: tuple[int, int], original: tuple[int, int], place: tuple[int, int]) -> tuple[int, int]:
    """Return the original line and column of a generated ``place`` in a range.

    The range starts at the generated ``start``, which comes from ``original``.  Lines are counted on, and columns on
    its first line; later lines keep their columns.  What would be beyond 32 bits is the last there is.
    """
    line = min(original[0] + place[0] - start[0], _LAST)
    column = place[1] if place[0] > start[0] else min(original[1] + place[1] - start[1], _LAST)
    return line, column
