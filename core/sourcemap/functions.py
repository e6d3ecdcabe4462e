"""Function around a place: by the scopes of the generated code, by Metro's function maps, or unknown."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import Protocol

from core.files.magic_comments import effective_source_mapping_url
from core.javascript.scope_names import DamagedParts
from core.javascript.scope_search import ScopeSearch
from core.javascript.scopes import Scopes, find_scopes
from core.sourcemap.decoded_map import NONE
from core.sourcemap.json_strings import MemoisedStrings, short_text
from core.sourcemap.mappings_reader import MappingsReader, Token
from core.sourcemap.metro import MetroFunctions
from core.sourcemap.original_names import Find, FoundToken, original_scope_name
from core.sourcemap.position import FunctionName, NoName
from core.sourcemap.prepared_map import PreparedMap
from core.sourcemap.text_positions import BLOCK_SIZE, TextPositions, survey_text
from core.text.buffers import Content, Numbers, find, numbers_buffer, release_if_large

_log = logging.getLogger(__name__)
_LARGE_URL = 1 << 20


class Functions(Protocol):
    """The functions around places."""

    def function(self, token: Token, line: int, column: int) -> FunctionName:
        """Return the original name of the function around a generated place that ``token`` covers: its own, or not."""


def functions_of(
    index: PreparedMap, code: GeneratedCode | None, reader: MappingsReader, names: MemoisedStrings
) -> Functions:
    """Return what is known about functions: a map's own word counts more than the generated code, if that is known."""
    if index.functions is not None:
        return MetroFunctions(reader, index.functions, index.mappings.ranges)
    if code is None:
        return NoFunctions()
    find = TokenFinder(reader, names, index.mappings.ranges).find
    return ScopedFunctions(code.scopes, code.positions(), code.scopes.search(), find)


class NoFunctions:
    """Functions of a map without function maps, whose generated code isn't known."""

    def function(self, _token: Token, _line: int, _column: int) -> FunctionName:
        """Return that nothing is known."""
        return NoName.UNKNOWN


@dataclass(frozen=True, slots=True)
class ScopedFunctions:
    """Functions by the scopes of the generated code, their names memoised."""

    scopes: Scopes
    positions: TextPositions
    search: ScopeSearch
    find: Find
    _known: dict[int, FunctionName] = field(default_factory=dict)

    def function(self, _token: Token, line: int, column: int) -> FunctionName:
        """Return the original name of the innermost scope that the place is in."""
        scope = self.search.innermost(self.positions.offset(line, column))
        if scope < 0:
            return NoName.UNKNOWN
        name = self._known.get(scope)
        if name is None:
            name = self._known[scope] = self._name(scope)
        return name

    def _name(self, scope: int) -> FunctionName:
        """Return the original name of a scope.

        Whatever goes wrong with one name costs that name only, and not the answer about the place.
        """
        try:
            return self._original_name(scope)
        except DamagedParts as error:
            _log.warning("the function at byte %d gets no name: %s", self.scopes.start(scope), error)
        except Exception:
            _log.exception("the function at byte %d gets no name", self.scopes.start(scope))
        return NoName.UNKNOWN

    def _original_name(self, scope: int) -> FunctionName:
        pieces, end = self.scopes.pieces(scope), self.scopes.end(scope)
        name = original_scope_name(pieces, end, self.positions.position, self.find)
        return NoName.ANONYMOUS if name is None else short_text(name)


@dataclass(frozen=True, slots=True)
class TokenFinder:
    """Search for the tokens that name a scope.  ``ranges`` is 1 for range tokens, or empty."""

    reader: MappingsReader
    names: MemoisedStrings
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


@dataclass(frozen=True, slots=True)
class GeneratedCode:
    """A generated file, surveyed.  ``blocks`` are those of ``core.sourcemap.text_positions``.

    If it isn't UTF-8, all of this is about what it was read as.
    """

    scopes: Scopes
    blocks: Numbers
    is_utf8: bool = True

    def positions(self) -> TextPositions:
        """Return what turns places in the file into each other."""
        return TextPositions(self.scopes.text, self.blocks)

    @property
    def size_bytes(self) -> int:
        """Memory that this holds, the text included."""
        return len(self.scopes.text) + 4 * (len(self.blocks) + len(self.scopes.records) + len(self.scopes.parts))


def survey_code(text: Content) -> GeneratedCode | None:
    """Survey a generated file, in UTF-8; what isn't becomes U+FFFD.  None if no functions are to be seen in it."""
    blocks = numbers_buffer(2 * -(-len(text) // BLOCK_SIZE))
    if not survey_text(text, blocks):
        code = survey_code(text[:].decode("utf-8", "replace").encode())
        return None if code is None else replace(code, is_utf8=False)
    release_if_large(text)
    scopes = find_scopes(_program(text))
    return GeneratedCode(replace(scopes, text=text), blocks) if scopes else None


def _program(text: Content) -> bytes:
    """Return a text without the map that it has in a comment at its end, if that is large: it takes memory, too."""
    place = None if len(text) < _LARGE_URL else effective_source_mapping_url(text)
    release_if_large(text)
    if place is None or place[1] - place[0] < _LARGE_URL or find(text, b"*", place[0]) >= 0:
        return text[:]
    return text[: place[0]] + text[place[1] :]
