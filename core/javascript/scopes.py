"""The function scopes of a JavaScript text: where they are, and what names them."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from core.javascript.numbers import TokenSlot
from core.javascript.scope_names import PART_SIZE, ScopeNames
from core.javascript.scope_parser import ScopeRecorder, recognize
from core.javascript.scope_search import ScopeSearch
from core.javascript.tables import new_lexer, parser_tables
from core.javascript.token_texts import Piece
from core.text.buffers import Content, Numbers, numbers_buffer

__all__ = ["Piece", "Scopes", "find_scopes"]

SCOPE_SIZE = 4
_MAX_TEXT = (1 << 31) - 16
_MAX_CAPACITY = _MAX_TEXT // SCOPE_SIZE
"""The kernels count in 32 bits: what is larger isn't read."""
_STACK_SIZE = 1 << 17
_SAVED_SIZE = 1 << 18
"""Room for what is expected, and for what is put aside: some ten thousand nested brackets."""
_USUAL_SCOPE_BYTES = 64
"""Bundles have one scope in 100 to 700 bytes; for texts that have more, there is a second attempt."""


@dataclass(frozen=True, slots=True)
class Scopes:
    """The function scopes of a text, in the order of their starts, by index.

    Offsets are bytes.  Scopes nest properly, and no two start at the same offset.
    """

    text: Content
    records: Numbers
    """Four numbers for each scope: start, end (exclusive), its part, the scope around (-1: none)."""
    parts: Numbers
    """What the names are made of: see ``scope_parser``."""

    def __len__(self) -> int:
        return len(self.records) // SCOPE_SIZE

    def start(self, index: int) -> int:
        """Return the offset where a scope starts."""
        return self.records[SCOPE_SIZE * index]

    def end(self, index: int) -> int:
        """Return the offset behind the last byte of a scope."""
        return self.records[SCOPE_SIZE * index + 1]

    def part(self, index: int) -> int:
        """Return the part that the name of a scope starts with: see ``scope_names``."""
        return self.records[SCOPE_SIZE * index + 2]

    def around(self, index: int) -> int | None:
        """Return the innermost scope around a scope, None if there's none."""
        around = self.records[SCOPE_SIZE * index + 3]
        return around if around >= 0 else None

    def covering(self, offset: int) -> int | None:
        """Return the innermost scope that covers ``offset``, None if there's none."""
        scope = self.search().innermost(offset)
        return None if scope < 0 else int(scope)

    def search(self) -> ScopeSearch:
        """Return what finds scopes by their places."""
        return ScopeSearch(self.records)

    def pieces(self, index: int) -> list[Piece]:
        """Return the name of a scope in the generated code: no pieces if it's anonymous."""
        pieces: list[Piece] = self.names().pieces(self.part(index))
        return pieces

    def names(self) -> ScopeNames:
        """Return what names scopes by their parts."""
        return ScopeNames(self.parts, self.text)

    def name(self, index: int) -> str | None:
        """Return the name of a scope in the generated code, None if it's anonymous."""
        pieces = self.pieces(index)
        return "".join(piece.text for piece in pieces) if pieces else None


def find_scopes(text: bytes) -> Scopes | None:
    """Return the function scopes of a JavaScript text in UTF-8, None if it can't be parsed.

    Takes time and memory in proportion to the text, whatever the text is.
    """
    capacity = len(text) // _USUAL_SCOPE_BYTES + 64
    while capacity < _MAX_CAPACITY and len(text) < _MAX_TEXT:
        found = _Attempt(text, capacity)
        if not found.is_full:
            return found.scopes()
        capacity *= 4
    return None


class _Attempt:
    """One attempt to read a text, with room for so many scopes and as many parts."""

    def __init__(self, text: bytes, capacity: int) -> None:
        self.text = text
        self.parts = _numbers(PART_SIZE * capacity)
        self.records = _numbers(SCOPE_SIZE * capacity)
        tables = parser_tables()
        stack = numbers_buffer(_STACK_SIZE // 2).cast("B").cast("H")
        lexer = new_lexer(text)
        noted_tokens = _numbers(TokenSlot.SIZE)
        self.recorder = ScopeRecorder(lexer, self.parts, self.records, _numbers(_SAVED_SIZE), noted_tokens)
        self.is_program = recognize(
            lexer, self.recorder, tables.parse_table, tables.steps, tables.same_line_steps, stack, noted_tokens
        )

    @property
    def is_full(self) -> bool:
        return bool(self.recorder.is_full)

    def scopes(self) -> Scopes | None:
        if not self.is_program:
            return None
        self.recorder.finish()
        return Scopes(
            self.text,
            array("i", self.records[: SCOPE_SIZE * self.recorder.scopes_used].tobytes()),
            array("i", self.parts[: PART_SIZE * self.recorder.parts_used].tobytes()),
        )


def _numbers(count: int) -> memoryview:
    return numbers_buffer(count).cast("B").cast("i")
